/** Did all schemes of a seed see the same numbers? The hashes of every run say it, not the intention. */
import type { ComparisonResult, PairingHashes, RunResult } from '@apical/core';

type Paired = ComparisonResult['paired'];
const isBias = (name: string): boolean => name.endsWith('/bias');
const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

/**
 * Per seed: data, batch order and the first weights of forward projections (with their biases). Schemes may lack biases
 * that others have; a projection that is called otherwise is compared by its place. Differences name what differs;
 * where there are none, one line a seed lists the hashes.
 */
export function checkPairing(runs: readonly RunResult[]): Paired {
  const bySeed = new Map<number, RunResult[]>();
  for (const run of runs) {
    const known = bySeed.get(run.config.seed);
    if (known) known.push(run);
    else bySeed.set(run.config.seed, [run]);
  }
  const seeds = [...bySeed].sort(([a], [b]) => a - b);
  const found = seeds.map(([seed, same]) => checkSeed(seed, same));
  const different = found.flatMap(f => f.different);
  if (different.length) return { yes: false, evidence: different };
  if (runs.length === 0) return { yes: false, evidence: ['no run ended'] };
  return { yes: true, evidence: found.flatMap(f => f.equal) };
}
function checkSeed(seed: number, runs: readonly RunResult[]): { different: string[]; equal: string[] } {
  const [first, ...others] = runs;
  const label = (run: RunResult): string => run.config.label;
  const base = first!.summary.pairing;
  if (others.length === 0)
    return { different: [], equal: [`seed ${seed}: ${label(first!)} alone; ${hashes(base)}`] };
  const different = others.flatMap(run =>
    differences(base, run.summary.pairing, label(first!), label(run)).map(line => `seed ${seed}: ${line}`),
  );
  const names = runs.map(label).join(', ');
  const without = others.flatMap(run => missingBiases(base, run.summary.pairing, label(first!), label(run)));
  const note = without.length ? ` (${[...new Set(without)].join('; ')})` : '';
  return { different, equal: [`seed ${seed}: the same in ${names}: ${hashes(base)}${note}`] };
}
const hashes = ({ data, order, weights }: PairingHashes): string =>
  [['data', data], ['order', order], ...Object.entries(weights)].map(([k, v]) => `${k} ${v}`).join(', ');

function differences(a: PairingHashes, b: PairingHashes, nameA: string, nameB: string): string[] {
  const out: string[] = [];
  const compare = (what: string, one: string | undefined, other: string | undefined): void => {
    if (one !== other)
      out.push(`${what} differs: ${nameA} ${one ?? 'has none'}, ${nameB} ${other ?? 'has none'}`);
  };
  compare('data', a.data, b.data);
  compare('order', a.order, b.order);
  const projections = (of: PairingHashes): string[] => Object.keys(of.weights).filter(k => !isBias(k));
  const [inA, inB] = [projections(a), projections(b)];
  if (inA.length !== inB.length) {
    out.push(
      `weights differ: ${nameA} has ${count(inA.length, 'forward projection')} (${inA.join(', ')}), ` +
        `${nameB} ${inB.length} (${inB.join(', ')})`,
    );
    return out;
  }
  const sameNames = inA.every(name => inB.includes(name));
  inA.forEach((name, k) => {
    const other = sameNames ? name : inB[k]!;
    const what = other === name ? name : `${name} (${other} in ${nameB})`;
    compare(what, a.weights[name], b.weights[other]);
    const [biasA, biasB] = [a.weights[`${name}/bias`], b.weights[`${other}/bias`]];
    if (biasA !== undefined && biasB !== undefined) compare(`bias of ${what}`, biasA, biasB);
  });
  return out;
}
/** Not a fault: a scheme may have no biases, but a reader must know. */
function missingBiases(a: PairingHashes, b: PairingHashes, nameA: string, nameB: string): string[] {
  const lacks = (one: PairingHashes, other: PairingHashes): boolean =>
    Object.keys(other.weights).some(isBias) && !Object.keys(one.weights).some(isBias);
  return [
    ...(lacks(a, b) ? [`${nameA} has no biases`] : []),
    ...(lacks(b, a) ? [`${nameB} has no biases`] : []),
  ];
}
