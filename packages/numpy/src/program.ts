/**
 * The programs of a network as Python: from its populations, projections, rules and their equations, not from the operations
 * that the backends run, so that it is a second opinion on these. What it cannot say, it refuses by name.
 */
import type { BuiltModel } from '@apical/circuit';
import { ApicalError } from '@apical/core';
import type { FloatArray, Program, Stage } from '@apical/core';
import { findSites, parseAssignment, parseBlock, type Language, type Statement } from '@apical/equations';
import { bare, numberText, numpyOf, type Reduced } from './expression.js';
import { Names } from './names.js';

type Network = BuiltModel['circuit']['network'];
type Population = ReturnType<Network['population']>;
type Projection = ReturnType<Network['projection']>;
type Rule = Projection['rules'][number];
interface Scope {
  find(name: string): { readonly data: FloatArray } | undefined;
}
const refuse = (what: string): never => {
  throw new ApicalError('APICAL_EXPORT', `no script can be written: ${what}; arrays alone can be exported`);
};

export class ProgramWriter {
  readonly names: Names;
  readonly #network: Network;
  /** Arrays of optimisers that the script must begin with, zero or as they start. */
  readonly optimiserState = new Map<string, number>();

  constructor({ circuit }: BuiltModel) {
    this.#network = circuit.network;
    this.names = new Names(this.#network);
    for (const p of this.#network.projections.values()) check(p);
  }
  /** Lines of a function's body, without indentation. */
  program(program: Program): string[] {
    return program.flatMap(s => this.#stage(s));
  }
  #stage(stage: Stage): string[] {
    if ('phase' in stage) return this.#work(stage);
    if ('repeat' in stage && !stage.until && typeof stage.repeat === 'number')
      return [`for _ in range(${stage.repeat}):`, ...this.program(stage.stages).map(indented)];
    return refuse(`a program has the stage ${JSON.stringify(stage).slice(0, 60)}`);
  }
  #work({ phase, sweep, on }: Extract<Stage, { phase: unknown }>): string[] {
    if (on) return refuse(`a stage works on ${on.join(', ')} alone`);
    const phases = typeof phase === 'string' ? [phase] : phase;
    const all = [...this.#network.populations.values()];
    const run = (group: readonly Population[]): string[] => phases.flatMap(p => this.#phase(p, group));
    if (!sweep) return run(all);
    const order = sweep === 'up' ? 1 : -1;
    const depths = [...new Set(all.map(p => p.depth))].sort((a, b) => order * (a - b));
    return depths.flatMap(depth => run(all.filter(p => p.depth === depth)));
  }
  #phase(phase: string, group: readonly Population[]): string[] {
    const projections = [...this.#network.projections.values()].filter(p => group.includes(p.post));
    for (const p of projections)
      for (const f of p.functions)
        if (f.at.includes(phase)) refuse(`${p.name} follows other weights by ${f.name}`);
    const rules = projections.flatMap(p => p.rules.map(r => [p, r] as const));
    return [
      ...this.#inputs(phase, projections),
      ...group.flatMap(p => this.#neurons(phase, p)),
      ...rules.flatMap(([, r]) => this.#ruleEquations(phase, r)),
      ...rules.flatMap(([p, r]) => (r.gather === phase ? this.#gather(p, r) : [])),
      ...rules.flatMap(([p, r]) => (r.apply === phase ? this.#apply(p, r) : [])),
    ];
  }
  #inputs(phase: string, projections: readonly Projection[]): string[] {
    const filled = new Set<string>();
    return projections.flatMap(p => {
      const { spec } = p;
      if (spec.phase !== phase && !(Array.isArray(spec.phase) && spec.phase.includes(phase))) return [];
      const [from, into] = [this.#name(spec.from), this.#name(spec.to)];
      const sum = filled.has(into) ? `${into} + ` : '';
      filled.add(into);
      const gain = p.gain[0] === 1 ? '' : `${numberText(p.gain[0]!)} * `;
      const arriving = p.bundle.weights.length ? `(${from} @ ${this.#matrix(p)})` : from;
      const bias = p.bias ? ` + ${gain}${this.names.of(p.bias)}` : '';
      return [`${into} = ${sum}${bare(`${gain}${arriving}`)}${bias}`];
    });
  }
  /** What a row of rates is multiplied with: weights are `[post, pre]` of the projection that owns them. */
  #matrix(p: Projection): string {
    const { along, reversed } = p.spec;
    const name = this.names.of(p.bundle.weights);
    return along !== undefined && reversed ? name : `${name}.T`;
  }
  #neurons(phase: string, p: Population): string[] {
    const text = p.model.phases[phase];
    if (!text) return [];
    for (const [name, { role }] of Object.entries(p.model.signals))
      if (role === 'noise' && new RegExp(`\\b${name}\\b`).test(text)) refuse(`${p.name} draws noise`);
    return this.#block(parseBlock(text, languageOf(p, p.choices, phase)), p.scope, 'units');
  }
  #ruleEquations(phase: string, r: Rule): string[] {
    return Object.entries(r.rule.phases ?? {}).flatMap(([key, equations]) =>
      (key === 'gather' ? r.gather : key) !== phase
        ? []
        : (['pre', 'post'] as const).flatMap(side => {
            const { population, scope } = r.ends[side];
            const text = equations[side];
            return text
              ? this.#block(parseBlock(text, languageOf(population, r.choices, r.name)), scope, 'units')
              : [];
          }),
    );
  }
  /** direction = Σ gain · mean over samples of post ⊗ pre, and multiples of the weights. */
  #gather(p: Projection, r: Rule): string[] {
    const direction = this.names.of(r.direction);
    const bias = r.biasDirection && this.names.of(r.biasDirection);
    const before: string[] = [];
    const parts: string[] = [];
    const biasParts: string[] = [];
    r.rule.update.terms.forEach(({ post, pre, times }, k) => {
      const gain = r.gains[k]![0]!;
      const scaled = (text: string): string => (gain === 1 ? text : `${numberText(gain)} * ${text}`);
      if (times !== undefined) {
        if (times !== 'W' || post !== undefined || pre !== undefined)
          refuse(`${r.name} multiplies its term ${k + 1} with weights`);
        if (gain === 0) return;
        parts.push(scaled(this.names.of(p.bundle.weights)));
        if (p.bias) biasParts.push(scaled(this.names.of(p.bias)));
        return;
      }
      const [y, x] = [this.#factor(r, 'post', post, before), this.#factor(r, 'pre', pre, before)];
      // with exchanged ends the rule's pre end is where the projection leads
      const product = r.use.exchanged ? `(${x}.T @ ${y})` : `(${y}.T @ ${x})`;
      parts.push(scaled(`${product} / len(${y})`));
      if (bias) biasParts.push(scaled(`${y}.mean(axis=0)`));
    });
    return [
      ...before,
      `${direction} = ${parts.join(' + ') || '0.0'}`,
      ...(bias ? [`${bias} = ${biasParts.join(' + ') || '0.0'}`] : []),
    ];
  }
  #factor(r: Rule, side: 'pre' | 'post', text: string | undefined, before: string[]): string {
    const { population, scope } = r.ends[side];
    const statements = parseAssignment('factor', text ?? '1', languageOf(population, r.choices, r.name));
    const [only] = statements;
    if (statements.length === 1 && only!.value.kind === 'name') return this.#read(only!.value.name, scope);
    const own = `${side}_${this.names.of(r.direction)}`;
    before.push(
      ...this.#block(statements, { find: n => (n === 'factor' ? undefined : scope.find(n)) }, 'units'),
    );
    before.push(`${own} = factor + 0 * ${this.#read(Object.keys(population.signals)[0]!, population.scope)}`);
    return own;
  }
  #apply(p: Projection, r: Rule): string[] {
    return [r.optimiser, ...(r.biasOptimiser ? [r.biasOptimiser] : [])].flatMap(o => {
      const weights = this.names.of(o.weights);
      if (!o.model) return [`${weights} += ${this.names.of(o.direction)}`];
      if (o.model.pool) refuse(`${o.model.name} of ${p.name} pools over several weights`);
      const counter = this.names.give(o.updates, `${weights}_updates`);
      this.optimiserState.set(counter, 0);
      for (const [state, { init = 0 }] of Object.entries(o.model.state ?? {}))
        this.optimiserState.set(this.names.give(o.scope.find(state)!.data, `${weights}_${state}`), init);
      const language = { where: r.name, choices: o.choices, functions: {} };
      return [`${counter} += 1`, ...this.#block(parseBlock(o.model.update, language), o.scope, 'all')];
    });
  }
  /** Consecutive d/dt lines read what was there before the first of them. */
  #block(statements: readonly Statement[], scope: Scope, over: Reduced): string[] {
    const lines: string[] = [];
    let waiting: string[] = [];
    const flush = (): void => {
      lines.push(...waiting);
      waiting = [];
    };
    for (const { target, op, value } of statements) {
      const name = this.#read(target, scope);
      const text = numpyOf(value, n => this.#read(n, scope), over);
      if (op === 'd') {
        const slope = `slope_${name}`;
        lines.push(`${slope} = ${bare(text)}`);
        waiting.push(`${name} = ${name} + ${this.#read('dt', scope)} * ${slope}`);
        continue;
      }
      flush();
      lines.push(op === '=' ? `${name} = ${bare(text)}` : `${name} = ${name} ${op[0]!} ${text}`);
    }
    flush();
    return lines;
  }
  #read(name: string, scope: Scope): string {
    const found = scope.find(name);
    return found ? this.names.of(found.data) : name.replace(/\W/g, '_');
  }
  #name(ref: string): string {
    return this.names.of(this.#network.signal(ref));
  }
}
const indented = (line: string): string => `    ${line}`;
function languageOf(p: Population, choices: Language['choices'], where: string): Language {
  const sites = findSites(p.model.phases, Object.keys(p.functions));
  return { where, block: p.model.name, choices, functions: p.functions, ...(sites ? { sites } : {}) };
}
function check({ name, connectivity, bundle, spec, plastic }: Projection): void {
  const isMatrix = connectivity.shape(bundle).length === 2;
  if (bundle.perSample) refuse(`${name} has weights of its own for every sample`);
  if (bundle.weights.length && !isMatrix) refuse(`${name} is ${connectivity.name}, no matrix`);
  if (!bundle.weights.length && connectivity.name !== 'one-to-one') refuse(`${name} is ${connectivity.name}`);
  if (spec.constraint) refuse(`${name} has a constraint`);
  if (plastic[0] !== 1) refuse(`${name} is frozen`);
}
