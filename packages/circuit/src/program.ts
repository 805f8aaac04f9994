/** Stages → operations: sweeps, repeats, conditions. The work of one phase is in `phase.ts`. */
import { ApicalError, unknownName } from '@apical/core';
import type { Cell, CompileOptions, FloatArray, Operation, Program, Stage } from '@apical/core';
import type { BuiltPopulation } from './built.js';
import type { Circuit } from './circuit.js';
import { PhaseCompiler } from './phase.js';
import type { Scope } from './scope.js';

type Work = Exclude<Stage, { set: unknown } | { stages: unknown }>;
type Repeat = Extract<Stage, { repeat: unknown }>;

export function lowerProgram(circuit: Circuit, program: Program, options: CompileOptions): Operation[] {
  const compiler = new ProgramCompiler(circuit, options.apply ?? true);
  if (options.after) compiler.program(options.after);
  return compiler.program(program);
}
class ProgramCompiler {
  readonly #circuit: Circuit;
  readonly #phases: PhaseCompiler;

  constructor(circuit: Circuit, apply: boolean) {
    this.#circuit = circuit;
    this.#phases = new PhaseCompiler(circuit, apply);
  }
  program(stages: Program): Operation[] {
    return stages.flatMap(s => this.#stage(s));
  }
  #stage(stage: Stage): Operation[] {
    if ('set' in stage) return this.#set(stage.set);
    if ('when' in stage)
      return [{ op: 'when', cell: this.#scalar(stage.when, 'when'), body: this.program(stage.stages) }];
    if ('every' in stage) {
      if (!Number.isInteger(stage.every) || stage.every < 1)
        throw new ApicalError('APICAL_CIRCUIT', `every: ${stage.every}; it must be a whole number from 1 up`);
      const counter = this.#circuit.cell(`every/${JSON.stringify(stage)}`);
      return [{ op: 'every', times: stage.every, counter, body: this.program(stage.stages) }];
    }
    if ('repeat' in stage) return [this.#repeat(stage)];
    return this.#work(stage);
  }
  #set(values: Readonly<Record<string, number>>): Operation[] {
    const refresh = this.#circuit.parameters.refreshOperations();
    return Object.entries(values).map(([name, value]) => ({
      op: 'set',
      cell: this.#circuit.settable(name).data as Float64Array,
      value,
      refresh,
    }));
  }
  #scalar(value: number | string, where: string): Cell {
    const { parameters } = this.#circuit;
    const shared = parameters.within({});
    const scope: Scope = {
      find: n => (n.includes('.') ? this.#circuit.operand(n) : shared.find(n)),
      names: () => shared.names(),
    };
    return parameters.scalar(value, scope, where).data as Float64Array;
  }
  #repeat({ repeat, until, stages }: Repeat): Operation {
    const outer = this.#phases.written;
    this.#phases.written = new Set();
    const body = this.program(stages);
    const times = this.#scalar(repeat, 'repeat');
    const watched: readonly FloatArray[] = until?.settled?.map(s => this.#circuit.signal(s)) ?? [
      ...this.#phases.written,
    ];
    for (const s of this.#phases.written) outer.add(s);
    this.#phases.written = outer;
    if (!until) return { op: 'repeat', times, body };
    const before = watched.map(w => this.#circuit.memory.allocate(w.length));
    return { op: 'repeat', times, body, until: { watched, before, within: until.within } };
  }
  #work(stage: Work): Operation[] {
    const { on } = stage;
    const phases = typeof stage.phase === 'string' ? [stage.phase] : stage.phase;
    const all = [...this.#circuit.populations.values()];
    if (on) this.#checkNames(on);
    const named = (x: { name: string; role: string }): boolean =>
      on === undefined || on.includes(x.name) || (x.role !== '' && on.includes(x.role));
    const run = (group: readonly BuiltPopulation[]): Operation[] => {
      const populations = group.filter(named);
      const projections = [...this.#circuit.projections.values()].filter(
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
    const known = [...this.#circuit.populations.values(), ...this.#circuit.projections.values()].flatMap(x =>
      x.role === '' ? [x.name] : [x.name, x.role],
    );
    for (const name of on)
      if (!known.includes(name))
        throw unknownName('population, projection or role in "on"', name, [...new Set(known)]);
  }
}
