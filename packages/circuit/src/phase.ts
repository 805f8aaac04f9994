/**
 * One phase, in fixed order: inputs (zeroed, then transmitted), neuron equations, what only looks, rule equations, all increments
 * gathered, all applied, constraints, weight functions due.
 */
import type { FloatArray, Operation, Phase } from '@apical/core';
import { namesIn, parseBlock } from '@apical/equations';
import { applyRules, constrain } from './apply.js';
import type { BlockCompiler } from './block.js';
import { languageOf, sides, type BuiltPopulation, type BuiltProjection, type BuiltRule } from './built.js';
import { gather } from './gather.js';
import type { Network } from './network.js';
import { record } from './recording.js';
import { unitsOfPopulation, unitsOfRule } from './units.js';
import { weightFunctionsDue } from './weights.js';

export class PhaseCompiler {
  readonly #network: Network;
  readonly #blocks: BlockCompiler;
  /** false: directions are left, weights stay; fast synapses, which are state, follow. */
  readonly #apply: boolean;
  /** Signals some projection transmits into. */
  readonly #fed: ReadonlySet<string>;

  constructor(blocks: BlockCompiler, apply: boolean) {
    this.#network = blocks.network;
    this.#blocks = blocks;
    this.#apply = apply;
    this.#fed = new Set([...this.#network.projections.values()].map(p => p.spec.to));
  }
  phase(
    phase: Phase,
    populations: readonly BuiltPopulation[],
    projections: readonly BuiltProjection[],
  ): Operation[] {
    const rules = projections.flatMap(p => p.rules.map(r => [p, r] as const));
    const applied = rules.filter(([p, r]) => r.apply === phase && (this.#apply || p.bundle.perSample));
    return [
      ...this.#inputs(phase, projections),
      ...populations.flatMap(p => this.#neurons(phase, p)),
      ...this.#network.recordings
        .filter(r => populations.includes(r.population))
        .flatMap(r => record(this.#blocks, phase, r)),
      ...rules.flatMap(([p, r]) => this.#ruleEquations(phase, p, r)),
      ...rules.flatMap(([p, r]) => (r.gather === phase ? gather(this.#blocks, p, r) : [])),
      ...applyRules(this.#blocks, applied, this.#apply),
      ...[...new Set(applied.map(([p]) => p))].flatMap(p => constrain(this.#blocks, p)),
      ...weightFunctionsDue(this.#network, phase, projections, this.#apply),
    ];
  }
  #inputs(phase: Phase, projections: readonly BuiltProjection[]): Operation[] {
    const operations: Operation[] = [];
    const cleared = new Set<FloatArray>();
    for (const p of projections) {
      const { spec, connectivity: c, bundle, gain } = p;
      if (spec.phase !== phase && !(Array.isArray(spec.phase) && spec.phase.includes(phase))) continue;
      const from = this.#network.signal(spec.from);
      const into = this.#network.signal(spec.to);
      this.#blocks.read(from, p.name);
      if (!cleared.has(into)) operations.push({ op: 'fill', into, value: 0 });
      cleared.add(into);
      this.#blocks.fill(into);
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
      if (spec.role === 'input' && !this.#fed.has(`${p.name}.${name}`)) this.#blocks.fill(data);
      if (spec.role !== 'noise' || !read.has(name)) continue;
      const stream = `noise/${p.name}/${name}`;
      draws.push(
        this.#network.options.streams.normal(
          stream,
          data,
          this.#network.persistent.counter(`stream/${stream}`),
        ),
      );
    }
    return [...draws, this.#blocks.block(statements, p.scope, p.units, language, unitsOfPopulation(p))];
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
        operations.push(
          this.#blocks.block(statements, scope, population.units, language, unitsOfRule(p, r, side)),
        );
      }
    }
    return operations;
  }
}
