/**
 * Replays the case of the alignment metrics (model `pal-microcircuit-metrics`): the yardsticks for updates are the scheme
 * `fa` on scaled forward weights, with feedback that is transposed or recorded; slopes are those of the microcircuit's cells.
 */
import type { FloatArray, GoldenBench, GoldenCase, GoldenReplay, LayerSpec } from '@apical/core';
import { angle } from '@apical/numerics';
import { fa } from '@apical/plugin-fa';
import { microcircuit } from '@apical/plugin-pal';
import { transposed } from './arrays.js';
import { activationNamed } from './microcircuit-options.js';

interface Parameters {
  readonly layers: readonly number[];
  readonly activation: readonly string[];
  readonly g_leak: number;
  readonly g_basal: number;
  readonly g_apical: number;
}
function replay(golden: GoldenCase, bench: GoldenBench): void {
  const p = golden.parameters as unknown as Parameters;
  const { layers: sizes } = p;
  const last = sizes.length - 1;
  const lam = p.g_basal / (p.g_leak + p.g_basal + p.g_apical);
  const lamOutput = p.g_basal / (p.g_leak + p.g_basal);
  const W = (l: number): Float64Array => bench.array(`W${l}`);
  const B = (l: number): Float64Array => bench.array(`B${l}`);
  /** [n_l, n_{l+1}] */
  const turned = (l: number): Float64Array => transposed(W(l + 1), sizes[l + 1]!, sizes[l]!);

  /** Updates of all layers: v_l = lam W_l rho_{l-1} upwards, errors through the given weights downwards. */
  const yardstick = (feedback: (l: number) => Float64Array): FloatArray[] => {
    const layers = sizes.map((n, l): LayerSpec =>
      l > 0 && l < last ? { shape: [n], activation: activationNamed(p.activation[l - 1]!) } : { shape: [n] },
    );
    const initial = (name: string): Float64Array => {
      const l = Number(name.slice(1));
      // feedback weights of this scheme are stored as those of the forward direction
      if (name.startsWith('B')) return transposed(feedback(l), sizes[l]!, sizes[l + 1]!);
      return W(l).map(w => w * (l < last ? lam : lamOutput));
    };
    const options = { head: 'linear-squared', settings: { bias: false } };
    const { circuit, programs, input, target } = bench.build(fa, layers, options, { batch: 1, initial });
    circuit.signal(input).set(bench.array('input'));
    circuit.signal(target).set(bench.array('target'));
    circuit.compile(programs.train, { apply: false })();
    return layers.slice(1).map((_, i) => circuit.direction(`W${i + 1}`));
  };
  const bpUpdates = yardstick(turned);
  const faUpdates = yardstick(B);
  bpUpdates.forEach((dW, i) => bench.compare(`dW_BP${i + 1}`, dW));
  faUpdates.forEach((dW, i) => bench.compare(`dW_FA${i + 1}`, dW));

  const cells = sizes.map((n, l): LayerSpec =>
    l > 0 ? { shape: [n], activation: activationNamed(p.activation[l - 1]!) } : { shape: [n] },
  );
  const { circuit } = bench.build(
    microcircuit,
    cells,
    {},
    {
      batch: 1,
      dt: 0.01,
      initial: name => golden.arrays[name]?.data,
    },
  );
  /** Of the activation of layer `l` at lam times its basal potential; the metric takes one lam for all layers. */
  const slope = (l: number): FloatArray => {
    circuit.signal(`pyr${l}.vBas`).set(bench.array(`vbas${l}`));
    return circuit.expression(`pyr${l}`, `dphi(${lam} * vBas)`)();
  };
  const angles = sizes.slice(1, -1).map((_, i) => {
    const l = i + 1;
    const cols = sizes[l + 1]!;
    const [own, above] = [slope(l), slope(l + 1)];
    const byRow = (m: Float64Array): Float64Array => m.map((x, k) => x * own[Math.floor(k / cols)]!);
    const byColumn = (m: Float64Array): Float64Array => m.map((x, k) => x * above[k % cols]!);
    return {
      weights: angle(turned(l), B(l)),
      jacobian: angle(byColumn(B(l)), byRow(turned(l))),
      slopes: angle(B(l), byRow(byColumn(turned(l)))),
    };
  });
  bench.compare(
    'angle_WT_B',
    angles.map(a => a.weights),
  );
  bench.compare(
    'angle_jacobian',
    angles.map(a => a.jacobian),
  );
  bench.compare(
    'angle_B_derivWTderiv',
    angles.map(a => a.slopes),
  );
  bench.compare(
    'angle_dW_FA_vs_BP',
    faUpdates.map((dW, i) => angle(dW, bpUpdates[i]!)),
  );
}
export const metricsReplay: GoldenReplay = { model: 'pal-microcircuit-metrics', replay };
