/** Replays golden cases of the classification microcircuit (model `pal-microcircuit-classification`). */
import type { GoldenBench, GoldenCase, GoldenReplay, LayerSpec, SchemeOptions } from '@apical/core';
import { state } from '@apical/core';
import { flow } from '@apical/plugin-standard';
import { classification, classificationStep, lowpassDelayed } from '@apical/plugin-pal';
import { show } from './arrays.js';
import { activationNamed, conductancesOf, type RecordedCircuit } from './microcircuit-options.js';

interface Parameters extends RecordedCircuit {
  readonly activation: string;
  readonly alpha: number;
  readonly sigma_noise: number;
  readonly tau_lowpass_forward: number;
  readonly tau_lowpass_IP: number;
  readonly tau_lowpass_PI: number;
  readonly steps_per_presentation: number;
  readonly phases: readonly {
    readonly steps: number;
    readonly learning: boolean;
    readonly teaching: boolean;
  }[];
  readonly trace_every: number;
  readonly PI_plastic: boolean;
}
function optionsOf(p: Parameters): SchemeOptions {
  const slow = (eta: readonly number[], tau: number) => ({
    optimiser: { use: lowpassDelayed, parameters: { eta, tau } },
  });
  const noise = { sigma: p.sigma_noise, tauNoise: p.tau_noise };
  return {
    parameters: conductancesOf(p),
    // FA is recorded with its noise and traces: learned feedback whose rate is 0
    settings: { feedback: 'pal' },
    neurons: { pyramidal: { parameters: noise } },
    plasticity: {
      forward: slow(p.eta_forward, p.tau_lowpass_forward),
      IP: slow(p.eta_IP, p.tau_lowpass_IP),
      PI: p.PI_plastic ? slow(p.eta_PI, p.tau_lowpass_PI) : null,
      feedback: {
        parameters: { alpha: p.alpha, tauHP: p.tau_highpass },
        optimiser: { use: flow, parameters: { eta: p.eta_backward } },
      },
    },
  };
}
/** Columns of the recorded normals: those of layer `l`, hidden layers lying side by side. */
function drawsOf({ arrays, steps }: GoldenCase, sizes: readonly number[], l: number): Float64Array {
  const z = arrays.z;
  // without noise none may be recorded
  if (!z) return new Float64Array(steps * sizes[l]!);
  const hidden = sizes.slice(1, -1);
  const width = hidden.reduce((a, b) => a + b, 0);
  const first = hidden.slice(0, l - 1).reduce((a, b) => a + b, 0);
  const n = sizes[l]!;
  return Float64Array.from(
    { length: (z.data.length / width) * n },
    (_, i) => z.data[Math.floor(i / n) * width + first + (i % n)]!,
  );
}
const somatic = { uprosp: 'uBreve', r: 'r', vbas: 'vBas', u: 'u' };
const apical = { vapi: 'vApi', noise: 'xi' };
const lateral = { uIprosp: 'uBreve', rI: 'r', vden: 'vIn', uI: 'u' };

function replay(golden: GoldenCase, bench: GoldenBench): void {
  const p = golden.parameters as unknown as Parameters;
  const last = p.layers.length - 1;
  const layers = p.layers.map((n): LayerSpec => ({ shape: [n], activation: activationNamed(p.activation) }));
  const options = optionsOf(p);
  /** The recording shows the high-passed rate of every layer, also of the first, which no rule reads. */
  const fast = {
    population: 'pyr1',
    signals: { rHP: state('high-passed rate') },
    parameters: { tauHP: p.tau_highpass },
    phases: { trace: 'rHP += (r - rOld) - dt / tauHP * rHP' },
  };
  const { circuit, programs, input, target } = bench.build(classification, layers, options, {
    batch: 1,
    dt: p.dt,
    records: [fast],
    initial: name => golden.arrays[name]?.data,
    draws: stream => drawsOf(golden, p.layers, Number(/^pyr(\d+)\/z$/.exec(stream)?.[1])),
  });
  const samples = bench.array('samples');
  const targets = bench.array('targets');
  const order = bench.array('order');
  const present = (t: number): void => {
    const sample = order[Math.floor(t / p.steps_per_presentation)]!;
    show(circuit, input, samples, sample);
    show(circuit, target, targets, sample);
  };
  const compare = (kind: 'trace' | 'final', row?: number): void => {
    for (let l = 1; l <= last; l++) {
      const all = (signals: Readonly<Record<string, string>>, population: string): void => {
        for (const [theirs, ours] of Object.entries(signals))
          bench.compare(`${kind}_${theirs}${l}`, circuit.signal(`${population}${l}.${ours}`), row);
      };
      all(somatic, 'pyr');
      bench.compare(`${kind}_rHP${l}`, circuit.signal(l > 1 ? `B${l - 1}.pal.rHP` : 'pyr1.rHP'), row);
      if (l === last) continue;
      all(apical, 'pyr');
      all(lateral, 'int');
    }
  };
  present(0);
  circuit.compile(programs.start!)();
  let t = 0;
  for (const { steps, learning, teaching } of p.phases) {
    const step = circuit.compile(classificationStep({ learning, taught: teaching }, options.settings!));
    for (let q = 0; q < steps; q++, t++) {
      present(t);
      step();
      if ((t + 1) % p.trace_every === 0) compare('trace', (t + 1) / p.trace_every - 1);
    }
  }
  compare('final');
  for (let l = 1; l <= last; l++) {
    bench.compare(`final_W${l}`, circuit.weights(`W${l}`));
    if (l < last)
      for (const weights of ['B', 'WIP', 'BPI'])
        bench.compare(`final_${weights}${l}`, circuit.weights(`${weights}${l}`));
  }
}
export const classificationReplay: GoldenReplay = { model: 'pal-microcircuit-classification', replay };
