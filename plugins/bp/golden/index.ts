/** Replays golden cases of plain networks trained by backpropagation (model `ann-bp`). */
import type { GoldenBench, GoldenCase, GoldenReplay, HeadName, SchemeOptions } from '@apical/core';
import { adam, momentum } from '@apical/plugin-standard';
import { bp } from '@apical/plugin-bp';

const headNames: Readonly<Record<string, HeadName>> = {
  linear_mse: 'linear-squared',
  sigmoid_mse: 'sigmoid-squared',
  softmax_cross_entropy: 'softmax-cross-entropy',
};
interface Parameters {
  readonly layers: readonly number[];
  readonly activation: string;
  readonly head: string;
  readonly optimiser: string;
  readonly learning_rate: number;
  readonly momentum: number;
  readonly weight_decay: number;
  readonly adam_betas: readonly [number, number];
  readonly adam_epsilon: number;
  readonly batch: number;
}
function optionsOf(p: Parameters): SchemeOptions {
  const eta = p.learning_rate;
  const optimiser =
    p.optimiser === 'adam'
      ? {
          use: adam,
          parameters: { eta, beta1: p.adam_betas[0], beta2: p.adam_betas[1], epsilon: p.adam_epsilon },
        }
      : { use: momentum, parameters: { eta, momentum: p.momentum } };
  const head = headNames[p.head];
  return {
    ...(head === undefined ? {} : { head }),
    plasticity: { forward: { parameters: { decay: p.weight_decay }, optimiser } },
  };
}
function replay(golden: GoldenCase, bench: GoldenBench): void {
  const p = golden.parameters as unknown as Parameters;
  const last = p.layers.length - 1;
  const layers = p.layers.map((n, l) =>
    l > 0 && l < last ? { shape: [n], activation: p.activation } : { shape: [n] },
  );
  const { circuit, programs, input, target } = bench.build(bp, layers, optionsOf(p), {
    batch: p.batch,
    initial: name => golden.arrays[name.replace(/^W(\d+)\/bias$/, 'b$1')]?.data,
  });
  const train = circuit.compile(programs.train);
  const samples = bench.array('input');
  const targets = bench.array('target');
  const x = circuit.signal(input);
  const t = circuit.signal(target);
  const losses: number[] = [];
  for (let k = 0; k < golden.steps; k++) {
    x.set(samples.subarray(k * x.length, (k + 1) * x.length));
    t.set(targets.subarray(k * t.length, (k + 1) * t.length));
    train();
    losses.push(Array.from(circuit.signal(`layer${last}.loss`)).reduce((a, b) => a + b, 0) / p.batch);
    if (k > 0) continue;
    bench.compare('output_preactivation_step1', circuit.signal(`layer${last}.z`));
    for (let l = 1; l <= last; l++)
      for (const [name, ref] of [
        [`W${l}`, `W${l}`],
        [`b${l}`, `W${l}/bias`],
      ] as const) {
        // the golden gradient is that of the loss alone; the direction holds the decay too
        const start = bench.array(name);
        const gradient = Float64Array.from(circuit.direction(ref), (v, j) => -v - p.weight_decay * start[j]!);
        bench.compare(`grad_${name}_step1`, gradient);
      }
  }
  bench.compare('loss', losses);
  for (let l = 1; l <= last; l++) {
    bench.compare(`final_W${l}`, circuit.weights(`W${l}`));
    bench.compare(`final_b${l}`, circuit.bias(`W${l}`));
  }
}
const replays: readonly GoldenReplay[] = [{ model: 'ann-bp', replay }];
export default replays;
