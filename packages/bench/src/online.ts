/** Networks of leaky units in continuous time: every step is one sample, and the weights change in each. */
import type { Cell, FloatArray, Memory, Operation } from '@apical/core';
import { equations, product, zero } from './operations.js';
import { fillMixed } from './values.js';
import type { Workload } from './workload.js';

const filled = (memory: Memory, length: number, seed: number, scale: number): FloatArray =>
  fillMixed(memory.allocate(length), seed, scale);
/** Rates of these potentials. */
const ratesOf = (memory: Memory, potentials: FloatArray): FloatArray => {
  const rates = memory.allocate(potentials.length);
  rates.set(potentials.map(Math.tanh));
  return rates;
};
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const pairs = (sizes: readonly number[]): number => sum(sizes.slice(1).map((n, k) => n * sizes[k]!));

/**
 * Layers with feedback: u_l += a (W_l r_{l−1} + B_l r_{l+1} − u_l), then W_l += η (tanh(u_l) − r_l) r_{l−1}ᵀ. Nearly all of it is
 * traffic of weights.
 */
function leakyAutoencoder(sizes: readonly number[]): Workload {
  const top = sizes.length - 1;
  const forward = pairs(sizes);
  const feedback = forward - sizes[0]! * sizes[1]!;
  return {
    name: `leaky-${sizes.join('-')}`,
    doc: `leaky units with feedback, ${sizes.join('-')}, tanh, outer products into all forward weights each step`,
    kind: 'training',
    rate: 'steps/s',
    amount: 1,
    flops: 2 * (2 * forward + feedback),
    traffic: 3 * forward + feedback,
    resident: forward + feedback,
    build(memory) {
      const [one, a, eta] = [1, 0.1, 1e-4].map(value => memory.allocateCell(value)) as [Cell, Cell, Cell];
      const u = sizes.map((n, l) => filled(memory, n, 30 + l, 0.5));
      const r = u.map(potentials => ratesOf(memory, potentials));
      const drive = sizes.map(n => memory.allocate(n));
      const change = sizes.map(n => memory.allocate(n));
      const W = sizes.map((n, l) => filled(memory, l ? n * sizes[l - 1]! : 0, 10 + l, 0.05));
      const B = sizes.map((n, l) => filled(memory, l && l < top ? n * sizes[l + 1]! : 0, 20 + l, 0.05));
      const layers = sizes.map((_, l) => l).slice(1);
      const operations: Operation[] = [
        ...layers.map(l => zero(drive[l]!)),
        ...layers.map(l => product('multiply', W[l]!, r[l - 1]!, drive[l]!, one)),
        ...layers.slice(0, -1).map(l => product('multiply', B[l]!, r[l + 1]!, drive[l]!, one)),
        ...layers.map(l =>
          equations(
            memory,
            'u += a * (drive - u)\nrNew = tanh(u)\nchange = rNew - r\nr = rNew',
            { u: u[l]!, drive: drive[l]!, change: change[l]!, r: r[l]! },
            { a },
          ),
        ),
        ...layers.map(l => product('outer', W[l]!, r[l - 1]!, change[l]!, eta)),
      ];
      return { step: memory.prepare(operations, 'bench'), output: r[top]! };
    },
  };
}

/**
 * Pyramidal cells with interneurons: basal and apical drive, lateral inhibition, three plastic pathways. Everything fits
 * into the first cache; what counts is what an operation costs beside its arithmetic.
 */
function microcircuit(sizes: readonly number[]): Workload {
  const top = sizes.length - 1;
  const forward = pairs(sizes);
  const above = forward - sizes[0]! * sizes[1]!;
  return {
    name: `microcircuit-${sizes.join('-')}`,
    doc: `pyramidal cells and interneurons, ${sizes.join('-')}, tanh, three plastic pathways each step`,
    kind: 'training',
    rate: 'steps/s',
    amount: 1,
    flops: 2 * (2 * forward + 5 * above),
    traffic: 3 * forward + 7 * above,
    resident: forward + 3 * above,
    build(memory) {
      const cells = [1, 0.1, 0.8, 0.3, 1e-3, -1e-3].map(value => memory.allocateCell(value));
      const [one, a, apical, nudge, eta, minusEta] = cells as [Cell, Cell, Cell, Cell, Cell, Cell];
      const at = (l: number, f: (n: number, next: number) => number): number =>
        l >= 1 && l < top ? f(sizes[l]!, sizes[l + 1]!) : 0;
      const up = sizes.map((n, l) => filled(memory, l ? n * sizes[l - 1]! : 0, 10 + l, 0.5));
      const weights = (seed: number) =>
        sizes.map((_, l) =>
          filled(
            memory,
            at(l, (n, next) => n * next),
            seed + l,
            0.5,
          ),
        );
      const [down, toPyramidal, toInter] = [weights(20), weights(30), weights(40)];
      const u = sizes.map((n, l) => filled(memory, n, 50 + l, 0.5));
      const r = u.map(potentials => ratesOf(memory, potentials));
      const v = sizes.map((_, l) =>
        filled(
          memory,
          at(l, (_n, next) => next),
          60 + l,
          0.5,
        ),
      );
      const s = v.map(potentials => ratesOf(memory, potentials));
      const arrays = () => sizes.map(n => memory.allocate(n));
      const [vBas, vApi, error] = [arrays(), arrays(), arrays()];
      const [vInt, errorInt] = [v, v].map(all => all.map(array => memory.allocate(array.length))) as [
        FloatArray[],
        FloatArray[],
      ];
      const all = sizes.map((_, l) => l).slice(1);
      const hidden = all.slice(0, -1);
      const leaky = (l: number): Operation =>
        l === top
          ? equations(
              memory,
              'u += a * (vBas - u)\nr = tanh(u)',
              { u: u[l]!, vBas: vBas[l]!, r: r[l]! },
              { a },
            )
          : equations(
              memory,
              'u += a * (vBas + apical * vApi - u)\nr = tanh(u)',
              { u: u[l]!, vBas: vBas[l]!, vApi: vApi[l]!, r: r[l]! },
              { a, apical },
            );
      const inter = (l: number): Operation =>
        equations(
          memory,
          'v += a * (vInt + nudge * (u - vInt) - v)\ns = tanh(v)',
          { v: v[l]!, vInt: vInt[l]!, u: u[l + 1]!, s: s[l]! },
          { a, nudge },
        );
      const difference = (rates: FloatArray, drive: FloatArray, into: FloatArray): Operation =>
        equations(memory, 'into = rates - tanh(drive)', { into, rates, drive });
      const operations: Operation[] = [
        ...[...all.map(l => vBas[l]!), ...hidden.flatMap(l => [vApi[l]!, vInt[l]!])].map(zero),
        ...all.map(l => product('multiply', up[l]!, r[l - 1]!, vBas[l]!, one)),
        ...hidden.flatMap(l => [
          product('multiply', down[l]!, r[l + 1]!, vApi[l]!, one),
          product('multiply', toPyramidal[l]!, s[l]!, vApi[l]!, one),
          product('multiply', toInter[l]!, r[l]!, vInt[l]!, one),
        ]),
        ...all.map(leaky),
        ...hidden.map(inter),
        ...all.flatMap(l => [
          difference(r[l]!, vBas[l]!, error[l]!),
          product('outer', up[l]!, r[l - 1]!, error[l]!, eta),
        ]),
        ...hidden.flatMap(l => [
          difference(s[l]!, vInt[l]!, errorInt[l]!),
          product('outer', toInter[l]!, r[l]!, errorInt[l]!, eta),
          product('outer', toPyramidal[l]!, s[l]!, vApi[l]!, minusEta),
        ]),
      ];
      return { step: memory.prepare(operations, 'bench'), output: r[top]! };
    },
  };
}
export const onlineWorkloads: readonly Workload[] = [
  leakyAutoencoder([784, 200, 2, 200, 784]),
  microcircuit([5, 20, 10, 20, 5]),
];
