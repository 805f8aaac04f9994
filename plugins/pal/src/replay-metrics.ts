/**
 * Replays the case of the alignment metrics (model `pal-microcircuit-metrics`): the yardsticks for updates are the scheme
 * `fa` on scaled forward weights, with feedback that is transposed or recorded; angles are plain helpers.
 */
import type { FloatArray, GoldenBench, GoldenCase, GoldenReplay, LayerSpec, NeuronModel } from '@apical/core';
import { derived } from '@apical/core';
import { angle } from '@apical/numerics';
import { bp, rateOutput } from '@apical/plugin-bp';
import { fa } from '@apical/plugin-fa';
import { activationNamed } from './replay-microcircuit-options.js';
import { transposed } from './replay-arrays.js';

interface Parameters {
  readonly layers: readonly number[];
  readonly activation: readonly string[];
  readonly g_leak: number;
  readonly g_basal: number;
  readonly g_apical: number;
}
/** A unit that shows the slope of its activation. */
const sloped: NeuronModel = {
  ...rateOutput,
  name: 'sloped-output',
  signals: { ...rateOutput.signals, slope: derived('slope of the activation') },
  phases: { ...rateOutput.phases, forward: `${rateOutput.phases.forward!}\nslope = dphi(z)` },
};
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

  /** Of the activation of layer `l` at lam times its basal potential. */
  const slope = (l: number): FloatArray => {
    const n = sizes[l]!;
    const layers = [{ shape: [n] }, { shape: [n], activation: activationNamed(p.activation[l - 1]!) }];
    const options = { settings: { bias: false }, neurons: { output: { model: sloped } } };
    const initial = (): Float64Array =>
      Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? lam : 0));
    const { circuit, programs, input } = bench.build(bp, layers, options, { batch: 1, initial });
    circuit.signal(input).set(bench.array(`vbas${l}`));
    circuit.compile(programs.evaluate)();
    return circuit.signal('layer1.slope');
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
