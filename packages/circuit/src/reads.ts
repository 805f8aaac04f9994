/** What every rule and every phase of a population reads and writes, derived from their equations. */
import { parseAssignment, parseBlock, readsOf, writesOf, type Statement } from '@apical/equations';
import {
  languageOf,
  sides,
  type BuiltPopulation,
  type BuiltProjection,
  type BuiltRule,
  type Side,
} from './built.js';
import type { Circuit } from './circuit.js';
import type { Network } from './network.js';

interface PhaseReads {
  readonly population: string;
  readonly phase: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}
interface RuleReads {
  /** `W1.delta` */
  readonly rule: string;
  readonly projection: string;
  /** Names read at each end, own traces and parameters included. */
  readonly ends: Readonly<Record<Side, readonly string[]>>;
  /** Other weights that its terms multiply with. */
  readonly weights: readonly string[];
}
const list = (names: Iterable<string>): string[] => [...new Set(names)].filter(n => !n.includes('$')).sort();

function readsOfPopulation(p: BuiltPopulation): PhaseReads[] {
  return Object.entries(p.model.phases).map(([phase, text]) => {
    const statements = parseBlock(
      text,
      languageOf(p, p.choices, `${p.name}/${phase}`, p.model.name, `phases.${phase}`),
    );
    return {
      population: p.name,
      phase,
      reads: list(readsOf(statements)),
      writes: list(writesOf(statements)),
    };
  });
}
function readsOfRule(p: BuiltProjection, r: BuiltRule): RuleReads {
  const at = (side: Side): string[] => {
    const language = languageOf(r.ends[side].population, r.choices, r.name, r.rule.name, side);
    const statements: Statement[] = [];
    for (const equations of Object.values(r.rule.phases ?? {}))
      if (equations[side]) statements.push(...parseBlock(equations[side], language));
    const factors = r.rule.update.terms.flatMap(t =>
      t[side] === undefined ? [] : parseAssignment('factor', t[side], language),
    );
    return list([...readsOf(statements), ...readsOf(factors)]).filter(n => n !== 'factor');
  };
  const weights = r.rule.update.terms.flatMap(({ times }) => {
    const name = times === undefined || times === 'W' ? undefined : r.use.uses?.weights?.[times];
    return name === undefined ? [] : [name];
  });
  return { rule: r.name, projection: p.name, ends: { pre: at('pre'), post: at('post') }, weights };
}
/** All of a network. */
export function readsOfCircuit({ network }: Circuit): {
  readonly phases: PhaseReads[];
  readonly rules: RuleReads[];
} {
  return {
    phases: [...network.populations.values()].flatMap(readsOfPopulation),
    rules: [...network.projections.values()].flatMap(p => p.rules.map(r => readsOfRule(p, r))),
  };
}
/** All equations of a rule, those of both ends and of its terms. */
export function textsOfRule(r: BuiltRule, among: readonly Side[] = sides): string[] {
  const texts = among.flatMap(side => [
    ...Object.values(r.rule.phases ?? {}).map(e => e[side]),
    ...r.rule.update.terms.map(t => t[side]),
  ]);
  return [...texts, ...Object.values(r.choices)].filter(text => text !== undefined);
}
/** Texts of the equations that concern a population: of its model and of rules at its ends. */
export function textsOf(
  network: Network,
  p: BuiltPopulation,
): { readonly where: string; readonly text: string }[] {
  const own = [...Object.values(p.model.phases), ...Object.values(p.choices)].map(text => ({
    where: p.name,
    text,
  }));
  const rules = [...network.projections.values()].flatMap(q => q.rules);
  const atEnds = rules.flatMap(r => {
    const here = sides.filter(side => r.ends[side].population === p);
    return here.length ? textsOfRule(r, here).map(text => ({ where: r.name, text })) : [];
  });
  return [...own, ...atEnds];
}
