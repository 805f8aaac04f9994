/**
 * One phase, in fixed order: inputs (zeroed, then transmitted), neuron equations, rule equations, all increments
 * gathered, all applied, constraints, weight functions due. With the checks that need the order of work.
 */
import { ApicalError } from '@apical/core';
import type { FloatArray, Operation, Phase } from '@apical/core';
import { checkUnits, lower, namesIn, parseBlock, type Language, type Statement } from '@apical/equations';
import { languageOf, sides, type BuiltPopulation, type BuiltProjection, type BuiltRule } from './built.js';
import type { Circuit } from './circuit.js';
import { applyRules, constrain } from './apply.js';
import { gather } from './gather.js';
import type { Scope } from './scope.js';
import { unitsOfPopulation, unitsOfRule, type UnitOf } from './units.js';
import { weightFunctionsDue } from './weights.js';

export class PhaseCompiler {
  readonly circuit: Circuit;
  /** false: directions are left, weights stay. */
  readonly #apply: boolean;
  /** Inputs and derived signals that have a value by now. */
  readonly #filled = new Set<FloatArray>();
  /** Signals some projection transmits into. */
  readonly #fed: ReadonlySet<string>;
  /** States written by the stages being compiled: what `until` watches. */
  written = new Set<FloatArray>();

  constructor(circuit: Circuit, apply: boolean) {
    this.circuit = circuit;
    this.#apply = apply;
    this.#fed = new Set([...circuit.projections.values()].map(p => p.spec.to));
  }
  phase(
    phase: Phase,
    populations: readonly BuiltPopulation[],
    projections: readonly BuiltProjection[],
  ): Operation[] {
    const rules = projections.flatMap(p => p.rules.map(r => [p, r] as const));
    const applied = this.#apply ? rules.filter(([, r]) => r.apply === phase) : [];
    return [
      ...this.#inputs(phase, projections),
      ...populations.flatMap(p => this.#neurons(phase, p)),
      ...rules.flatMap(([p, r]) => this.#ruleEquations(phase, p, r)),
      ...rules.flatMap(([p, r]) => (r.gather === phase ? gather(this, p, r) : [])),
      ...applyRules(this, applied),
      ...[...new Set(applied.map(([p]) => p))].flatMap(p => constrain(this, p)),
      ...(this.#apply ? weightFunctionsDue(this.circuit, phase, projections) : []),
    ];
  }
  #inputs(phase: Phase, projections: readonly BuiltProjection[]): Operation[] {
    const operations: Operation[] = [];
    const cleared = new Set<FloatArray>();
    for (const p of projections) {
      const { spec, connectivity: c, bundle, gain } = p;
      if (spec.phase !== phase && !(Array.isArray(spec.phase) && spec.phase.includes(phase))) continue;
      const from = this.circuit.signal(spec.from);
      const into = this.circuit.signal(spec.to);
      this.read(from, p.name);
      if (!cleared.has(into)) operations.push({ op: 'fill', into, value: 0 });
      cleared.add(into);
      this.#filled.add(into);
      const transmit = p.reversed
        ? c.transmitBack(bundle, from, into, gain)
        : spec.along !== undefined && c.follow
          ? c.follow(bundle, from, into, gain)
          : c.transmit(bundle, from, into, gain);
      operations.push({ op: 'when', cell: p.pre.sending, body: transmit });
      if (p.bias)
        operations.push({ op: 'add-bias', into, bias: p.bias, area: p.post.units / p.bias.length, gain });
    }
    return operations;
  }
  #neurons(phase: Phase, p: BuiltPopulation): Operation[] {
    const text = p.model.phases[phase];
    if (!text) return [];
    const where = `${p.name}/${phase}`;
    const language = languageOf(p, p.choices, where, p.model.name, `phases.${phase}`);
    const statements = parseBlock(text, language);
    const read = new Set(statements.flatMap(s => [...namesIn(s.value)]));
    const draws: Operation[] = [];
    for (const [name, spec] of Object.entries(p.model.signals)) {
      const { data } = p.signals[name]!;
      if (spec.role === 'input' && !this.#fed.has(`${p.name}.${name}`)) this.#filled.add(data);
      if (spec.role !== 'noise' || !read.has(name)) continue;
      const stream = `noise/${p.name}/${name}`;
      draws.push(
        this.circuit.options.streams.normal(
          stream,
          data,
          this.circuit.persistent.counter(`stream/${stream}`),
        ),
      );
    }
    return [...draws, this.block(statements, p.scope, p.units, language, unitsOfPopulation(p))];
  }
  #ruleEquations(phase: Phase, p: BuiltProjection, r: BuiltRule): Operation[] {
    const operations: Operation[] = [];
    for (const [key, equations] of Object.entries(r.rule.phases ?? {})) {
      if ((key === 'gather' ? r.gather : key) !== phase) continue;
      for (const side of sides) {
        const text = equations[side];
        if (!text) continue;
        const { population, scope } = r.ends[side];
        const language = languageOf(
          population,
          r.choices,
          `${r.name}/${phase}/${side}`,
          r.rule.name,
          `phases.${key}.${side}`,
        );
        const statements = parseBlock(text, language);
        operations.push(this.block(statements, scope, population.units, language, unitsOfRule(p, r, side)));
      }
    }
    return operations;
  }

  /* ------------------------------------------------------------ checks */

  /** A value that only holds within one run of a program must be there before it is read. */
  read(data: FloatArray, by: string): void {
    const name = this.circuit.fleeting.get(data);
    if (name !== undefined && !this.#filled.has(data))
      throw new ApicalError(
        'APICAL_CIRCUIT',
        `${by} reads ${name} before it is filled in this program; ` +
          'if the value of an earlier run is meant, make it a state',
      );
  }
  /** Checks statements, then lowers them to one fused operation. */
  block(
    statements: readonly Statement[],
    scope: Scope,
    units: number,
    language: Language,
    unitOf: UnitOf,
    batch = this.circuit.batch,
  ): Operation {
    const { where } = language;
    const operation = lower(statements, scope, { batch, units }, language, (n, extent) =>
      extent === 'scalar' ? this.circuit.memory.allocateCell(0) : this.circuit.memory.allocate(n),
    );
    checkUnits(statements, unitOf, language);
    const unread = new Set<string>();
    for (const s of statements) {
      for (const name of namesIn(s.value)) {
        unread.delete(name);
        const found = scope.find(name);
        if (found) this.read(found.data, where);
      }
      const target = scope.find(s.target);
      if (target && this.circuit.parameters.isParameter(target)) throw this.#notAssignable(s, scope, where);
      if (target && s.op !== '=') this.read(target.data, where);
      if (s.op === '=' && unread.has(s.target))
        throw new ApicalError(
          'APICAL_CIRCUIT',
          `${where} overwrites "${s.target}", which nobody has read: ${s.line.trim()}`,
        );
      unread.add(s.target);
      if (!target) continue;
      this.#filled.add(target.data);
      if (this.circuit.states.has(target.data)) this.written.add(target.data);
    }
    return operation;
  }
  #notAssignable(s: Statement, scope: Scope, where: string): ApicalError {
    const free = scope.names().filter(name => {
      const found = scope.find(name);
      return found && !this.circuit.parameters.isParameter(found);
    });
    return new ApicalError(
      'APICAL_CIRCUIT',
      `${where} assigns "${s.target}", which equations can only read: ${s.line.trim()}\n` +
        `    may be assigned: ${free.length ? free.join(', ') : 'nothing; declare a signal'}`,
    );
  }
}
