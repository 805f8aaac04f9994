/** Running a program leaves no garbage: below one byte of heap a step over 10⁴ steps. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import type { Program, Scheme, SchemeOptions } from '@apical/core';
import { assemble, circuitStreams } from '@apical/circuit';
import { fill } from '@apical/schemes';
import { reference } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/testing';
import standard, { adam } from '@apical/plugin-standard';
import { bp } from '@apical/plugin-bp';
import { signSymmetry } from '@apical/plugin-fa';
import pal, { microcircuit } from '@apical/plugin-pal';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const library = libraryOf(standard, pal);
const many = 10_000;
/** An update of the large network takes 5 to 15 ms: APICAL_LONG asks for all of them. */
const some = process.env.APICAL_LONG === undefined ? 300 : many;

function growth(
  scheme: Scheme,
  sizes: readonly number[],
  options: SchemeOptions,
  steps: number,
  program?: Program,
): number {
  const layers = sizes.map((n, l) =>
    l > 0 && l < sizes.length - 1 ? { shape: [n], activation: 'relu' } : { shape: [n] },
  );
  const model = assemble(fill(scheme, { head: 'softmax-cross-entropy', ...options }), layers, {
    memory: reference.open({ dtype: 'float64' }),
    batch: 1,
    library,
    streams: circuitStreams(createRandomSource(1), library.initialisers),
  });
  const { circuit } = model;
  circuit.signal(model.input).fill(0.5);
  circuit.signal(model.target)[0] = 1;
  const step = circuit.compile(program ?? model.programs.train);
  // the engine compiles while it warms up, and sometimes in the first window: what stays is what steps leave behind
  for (let k = 0; k < steps; k++) step();
  let bytes = Infinity;
  for (let window = 0; window < 3 && bytes >= 1; window++) {
    collect();
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let k = 0; k < steps; k++) step();
    collect();
    collect();
    bytes = (process.memoryUsage().heapUsed - before) / steps;
  }
  return bytes;
}
const adamOptions: SchemeOptions = {
  plasticity: {
    forward: { parameters: { decay: 1e-5 }, optimiser: { use: adam, parameters: { eta: 1e-5 } } },
  },
};
/** Every kind of stage around an update. */
const everyStage: Program = [
  { every: 3, stages: [{ phase: 'forward', sweep: 'up' }] },
  {
    repeat: 2,
    until: { settled: ['layer1.delta'], within: 1e-9 },
    stages: [
      { phase: 'forward', sweep: 'up' },
      { phase: 'backward', sweep: 'down' },
    ],
  },
  { phase: 'forward', sweep: 'up' },
  { phase: 'backward', sweep: 'down' },
  { when: 'batch', stages: [{ phase: 'learn' }] },
  { phase: 'tie' },
];
t.test('a small network with every kind of stage', async t => {
  const bytes = growth(signSymmetry, [4, 5, 3], adamOptions, many, everyStage);
  t.ok(bytes < 1, `${bytes} bytes a step`);
});
t.test('BP on a small network', async t => {
  const bytes = growth(bp, [4, 5, 3], adamOptions, many);
  t.ok(bytes < 1, `${bytes} bytes a step`);
});
t.test('784-500-10 with signs tied and Adam', async t => {
  const bytes = growth(signSymmetry, [784, 500, 10], adamOptions, some);
  t.ok(bytes < 1, `${bytes} bytes a step`);
});
t.test('a dendritic microcircuit whose layers share the count of held noise', async t => {
  const settings = { noiseCount: 'shared' };
  const bytes = growth(
    microcircuit,
    [4, 5, 4, 3],
    { head: 'linear-squared', settings, parameters: { hold: 0.03 } },
    many,
  );
  t.ok(bytes < 1, `${bytes} bytes a step`);
});
