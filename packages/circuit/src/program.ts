/** Stages → operations: sweeps, repeats, conditions. The work of one phase is in `phase.ts`. */
import { ApicalError, phaseWords, unknownName } from '@apical/core';
import type { Cell, CompileOptions, Elementwise, Operation, Program, Stage, Value } from '@apical/core';
import { BlockCompiler } from './block.js';
import type { BuiltPopulation } from './built.js';
import type { Network } from './network.js';
import { directUpdates } from './direct-updates.js';
import { PhaseCompiler } from './phase.js';
import { checkPhases } from './recording.js';
import type { Scope } from './scope.js';
import { untilOf } from './until.js';

type Work = Exclude<Stage, { set: unknown } | { stages: unknown }>;
type Counted = { readonly cell: Cell; readonly evaluate: readonly Elementwise[] };
type Repeat = Extract<Stage, { repeat: unknown }>;

export function lowerProgram(
  network: Network,
  program: Program,
  { apply = true, keepDirections = true, after }: CompileOptions,
): readonly Operation[] {
  const compiler = new ProgramCompiler(network, apply);
  if (after) compiler.whole(after);
  const operations = compiler.whole(program);
  return apply && !keepDirections ? directUpdates(operations, network.memory) : operations;
}
class ProgramCompiler {
  readonly #network: Network;
  readonly #blocks: BlockCompiler;
  readonly #phases: PhaseCompiler;
  readonly #knownPhases: ReadonlySet<string>;
  /** Text of an `every` stage → how often it was met in this program: equal stages count apart. */
  readonly #met = new Map<string, number>();
  /** Names of repeats with `until` in this program, and how many have none. */
  readonly #untils = new Set<string>();
  #unnamed = 0;

  constructor(network: Network, apply: boolean) {
    this.#network = network;
    this.#blocks = new BlockCompiler(network);
    this.#phases = new PhaseCompiler(this.#blocks, apply);
    this.#knownPhases = phasesOf(network);
    checkPhases(network.recordings, this.#knownPhases);
  }
  whole(program: Program): Operation[] {
    this.#met.clear();
    this.#untils.clear();
    this.#unnamed = 0;
    return this.#program(program);
  }
  #program(stages: Program): Operation[] {
    return stages.flatMap(s => this.#stage(s));
  }
  #stage(stage: Stage): readonly Operation[] {
    if ('set' in stage) return this.#set(stage.set);
    if ('when' in stage) {
      const { cell, evaluate } = this.#condition(stage.when, 'when');
      return [...evaluate, { op: 'when', cell, body: this.#program(stage.stages) }];
    }
    if ('every' in stage) return this.#every(stage);
    if ('repeat' in stage) return this.#repeat(stage);
    return this.#work(stage);
  }
  #every(stage: Extract<Stage, { every: unknown }>): readonly Operation[] {
    const { cell: times, evaluate } = this.#times(stage.every, 'every', 1);
    const text = JSON.stringify(stage);
    const met = (this.#met.get(text) ?? 0) + 1;
    this.#met.set(text, met);
    const counter = this.#network.persistent.counter(`every/${text}${met > 1 ? `#${met}` : ''}`);
    return [...evaluate, { op: 'every', times, counter, body: this.#program(stage.stages) }];
  }
  #set(values: Readonly<Record<string, number>>): Operation[] {
    const refresh = this.#network.parameters.refreshOperations();
    return Object.entries(values).flatMap(([name, value]) =>
      this.#network
        .settables(name, value)
        .map(({ data }): Operation => ({ op: 'set', cell: data as Float64Array, value, refresh })),
    );
  }
  /** `evaluate` comes right before the stage: parameters may be set earlier in the program, and by other programs. */
  #condition(value: Value, where: string): Counted {
    return this.#network.parameters.condition(value, this.#scope(where), where);
  }
  /** As a condition, where it must be a whole number. */
  #times(value: Value, where: string, least: number): Counted {
    const found = this.#condition(value, where);
    this.#network.parameters.whole(value, this.#scope(where), where, least, found.cell, found.evaluate);
    return found;
  }
  #scope(where: string): Scope {
    const { parameters } = this.#network;
    const shared = parameters.within({});
    return {
      find: n => {
        const found = n.includes('.') ? this.#network.operand(n) : shared.find(n);
        if (found) this.#blocks.read(found.data, where);
        return found;
      },
      names: () => shared.names(),
    };
  }
  #repeat({ repeat, until, stages }: Repeat): readonly Operation[] {
    const { cell: times, evaluate } = this.#times(repeat, 'repeat', 0);
    const met = until && until.as === undefined ? ++this.#unnamed : 0;
    const outer = this.#blocks.written;
    this.#blocks.written = new Set();
    const body = this.#program(stages);
    const { written } = this.#blocks;
    for (const data of written) outer.add(data);
    this.#blocks.written = outer;
    if (!until) return [...evaluate, { op: 'repeat', times, body }];
    const name = until.as ?? `until${met > 1 ? met : ''}`;
    if (this.#network.populations.has(name) || this.#network.specs.has(name) || this.#untils.has(name))
      throw new ApicalError(
        'APICAL_CIRCUIT',
        `repeat until: "${name}" is taken; call it something else with "as"`,
      );
    this.#untils.add(name);
    if (until.perSample) checkNested(name, stages);
    const within = this.#condition(until.within, 'until.within');
    return [
      ...evaluate,
      ...within.evaluate,
      { op: 'repeat', times, body, until: untilOf(this.#network, until, name, body, written, within.cell) },
    ];
  }
  #work(stage: Work): Operation[] {
    const { on } = stage;
    const phases = typeof stage.phase === 'string' ? [stage.phase] : stage.phase;
    const all = [...this.#network.populations.values()];
    for (const phase of phases)
      if (!this.#knownPhases.has(phase))
        throw unknownName('phase of a program', phase, [...this.#knownPhases]);
    if (on) this.#checkNames(on);
    const named = (x: { name: string; role: string }): boolean =>
      on === undefined || on.includes(x.name) || (x.role !== '' && on.includes(x.role));
    const run = (group: readonly BuiltPopulation[]): Operation[] => {
      const populations = group.filter(named);
      const projections = [...this.#network.projections.values()].filter(
        q => group.includes(q.post) && (named(q) || named(q.post)),
      );
      return phases.flatMap(phase => this.#phases.phase(phase, populations, projections));
    };
    if (!stage.sweep) return run(all);
    const sign = stage.sweep === 'up' ? 1 : -1;
    const depths = [...new Set(all.map(p => p.depth))].sort((a, b) => sign * (a - b));
    return depths.flatMap(d => run(all.filter(p => p.depth === d)));
  }
  #checkNames(on: readonly string[]): void {
    const known = [...this.#network.populations.values(), ...this.#network.projections.values()].flatMap(x =>
      x.role === '' ? [x.name] : [x.name, x.role],
    );
    for (const name of on)
      if (!known.includes(name))
        throw unknownName('population, projection or role in "on"', name, [...new Set(known)]);
  }
}
/** What all samples wait for together would be heard by each of them; the other way round every sample may settle first. */
function checkNested(name: string, stages: Program): void {
  for (const stage of stages) {
    if ('until' in stage && stage.until && !stage.until.perSample)
      throw new ApicalError(
        'APICAL_CIRCUIT',
        `repeat until per sample (${name}): the repeat until ${stage.until.as ? `(${stage.until.as}) ` : ''}` +
          'within it waits for the whole batch; give that one "perSample: true" as well',
      );
    if ('stages' in stage) checkNested(name, stage.stages);
  }
}
/** Phases in which something may happen, those the scheme documents, and the common words. */
function phasesOf(network: Network): ReadonlySet<string> {
  const known = new Set([...Object.keys(phaseWords), ...(network.options.phases ?? [])]);
  const add = (phases: Iterable<string>): void => {
    for (const phase of phases) known.add(phase);
  };
  for (const p of network.populations.values()) add(Object.keys(p.model.phases));
  for (const p of network.projections.values()) {
    add(typeof p.spec.phase === 'string' ? [p.spec.phase] : p.spec.phase);
    add(p.functions.flatMap(f => f.at));
    for (const r of p.rules) add([...Object.keys(r.rule.phases ?? {}), r.gather, r.apply]);
  }
  for (const notOne of ['build', 'gather', 'never']) known.delete(notOne);
  return known;
}
