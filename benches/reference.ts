/**
 * The reference backend: BP on 784-500-500-500-10, and emitted fused loops against loops written by hand.
 *   node --conditions=@apical/source --import tsx benches/reference.ts
 * Ratios come from interleaved rounds of one run; the median is printed, with the range.
 */
import { assemble, circuitStreams } from '@apical/circuit';
import { fill } from '@apical/schemes';
import { emitJs, lower, parseBlock } from '@apical/equations';
import { reference } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/testing';
import standard, { sgd } from '@apical/plugin-standard';
import { bp } from '@apical/plugin-bp';
import type { Operand } from '@apical/core';

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
/** Calls per second of each, in rounds that take turns. */
function rates(steps: readonly (() => void)[], seconds: number, rounds: number): number[][] {
  const out = steps.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    steps.forEach((step, k) => {
      const start = performance.now();
      let calls = 0;
      do {
        step();
        calls++;
      } while (performance.now() - start < seconds * 1000);
      out[k]!.push((1000 * calls) / (performance.now() - start));
    });
  return out;
}
const show = (name: string, values: readonly number[], unit: string): void => {
  const digits = median(values) < 10 ? 2 : 0;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  console.log(
    `${name.padEnd(56)} ${median(values).toFixed(digits)} ${unit}  (${low.toFixed(digits)} to ${high.toFixed(digits)})`,
  );
};

/* ------------------------------------------------ fused loops */
const batch = 32;
const units = 500;
const array = (fill: number): Float64Array =>
  Float64Array.from({ length: batch * units }, (_, i) => fill + Math.sin(i));
const signals = { u: array(0), vBas: array(0.2), vApi: array(0.1), r: array(0) };
const scalars = { tau: 5, gb: 0.1, ga: 0.06, dt: 0.1 };
const operands: Record<string, Operand> = {};
for (const [name, data] of Object.entries(signals)) operands[name] = { name, extent: 'neuron', data, units };
for (const [name, value] of Object.entries(scalars))
  operands[name] = { name, extent: 'scalar', data: Float64Array.of(value), units: 1 };
const scope = { find: (n: string) => operands[n], names: () => Object.keys(operands) };
const language = { where: 'bench', choices: {}, functions: {} };
const statements = parseBlock('du/dt = (tau * (gb * vBas + ga * vApi) - u) / tau\nr = tanh(u)', language);
const emitted = emitJs(lower(statements, scope, { batch, units }, 'bench', n => new Float64Array(n)));
const cells = {
  tau: operands.tau!.data,
  gb: operands.gb!.data,
  ga: operands.ga!.data,
  dt: operands.dt!.data,
};
function byHand(): void {
  const { u, vBas, vApi, r } = signals;
  const tau = cells.tau[0]!;
  const gb = cells.gb[0]!;
  const ga = cells.ga[0]!;
  const dt = cells.dt[0]!;
  for (let i = 0; i < batch * units; i++) {
    u[i]! += (dt * (tau * (gb * vBas[i]! + ga * vApi[i]!) - u[i]!)) / tau;
    r[i] = Math.tanh(u[i]!);
  }
}
const [fused = [], hand = []] = rates([emitted, byHand], 0.3, 15);
console.log(`leaky step and tanh, ${batch} × ${units}, float64`);
show(
  '  emitted fused loop',
  fused.map(r => (r * batch * units) / 1e6),
  'M elements/s',
);
show(
  '  loop written by hand',
  hand.map(r => (r * batch * units) / 1e6),
  'M elements/s',
);
show(
  '  emitted / by hand',
  fused.map((r, k) => r / hand[k]!),
  '×',
);

/* ------------------------------------------------ BP */
const library = libraryOf(standard);
for (const dtype of ['float32', 'float64'] as const) {
  const sizes = [784, 500, 500, 500, 10];
  const layers = sizes.map((n, l) => (l > 0 && l < 4 ? { shape: [n], activation: 'relu' } : { shape: [n] }));
  const options = {
    head: 'softmax-cross-entropy',
    plasticity: { forward: { optimiser: { use: sgd, parameters: { eta: 0.01 } } } },
  };
  const { circuit, input, target, programs } = assemble(fill(bp, options), layers, {
    memory: reference.open({ dtype }),
    batch: 64,
    library,
    streams: circuitStreams(createRandomSource(0), library.initialisers),
  });
  const stream = createRandomSource(0).stream('bench/input');
  circuit.signal(input).forEach((_, i, x) => (x[i] = stream.uniform()));
  for (let b = 0; b < 64; b++) circuit.signal(target)[b * 10 + (b % 10)] = 1;
  const train = circuit.compile(programs.train);
  train();
  const [runs = []] = rates([train], 2, 3);
  show(
    `BP 784-500-500-500-10, batch 64, SGD, ${dtype}`,
    runs.map(r => r * 64),
    'samples/s',
  );
}
