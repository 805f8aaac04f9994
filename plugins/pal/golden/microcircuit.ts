/** Replays golden cases of the dendritic microcircuit (model `pal-microcircuit`). */
import type { GoldenBench, GoldenCase, GoldenReplay, LayerSpec, Model, Step } from '@apical/core';
import { microcircuit, microcircuitStep } from '@apical/plugin-pal';
import { show } from './arrays.js';
import {
  activationNamed,
  optionsOf,
  recordsOf,
  type MicrocircuitCase,
  type Phase,
} from './microcircuit-options.js';

/** A recorded network and its steps. */
interface Network {
  readonly p: MicrocircuitCase;
  readonly model: Model;
  readonly step: (phase: Omit<Phase, 'steps'>) => Step;
}
function networkOf(golden: GoldenCase, bench: GoldenBench, prefix = ''): Network {
  const p = golden.parameters as unknown as MicrocircuitCase;
  const last = p.layers.length - 1;
  const initial: Record<string, Record<string, Float64Array>> = {};
  for (let l = 1; l <= last; l++) {
    initial[`pyr${l}`] = { u: bench.array(`${prefix}u${l}_init`) };
    if (l < last) initial[`int${l}`] = { u: bench.array(`${prefix}uI${l}_init`) };
  }
  const layers = p.layers.map((n, l): LayerSpec =>
    l > 0 ? { shape: [n], activation: activationNamed(p.activation[l - 1]!) } : { shape: [n] },
  );
  const options = optionsOf(p);
  const model = bench.build(microcircuit, layers, options, {
    batch: 1,
    dt: p.dt,
    signals: initial,
    records: p.algorithm === 'PAL' ? recordsOf(p) : [],
    initial: name => golden.arrays[prefix + name]?.data,
    draws: stream => golden.arrays[stream.replace(/^pyr(\d+)\/z$/, 'z$1')]?.data,
  });
  model.circuit.compile(model.programs.start!)();
  const step = (phase: Omit<Phase, 'steps'>): Step => {
    const learning = [
      ...(phase.learn_forward ? ['forward'] : []),
      ...(phase.learn_lateral ? ['lateral'] : []),
      ...(phase.learn_backward ? ['feedback'] : []),
    ];
    const what = { taught: phase.target_on, noisy: phase.learn_backward, learning };
    return model.circuit.compile(microcircuitStep(what, layers.length, options.settings!));
  };
  return { p, model, step };
}
/** Recorded name → ours, of the cells of a layer. */
const pyramidalSignals = { u: 'u', uprosp: 'uBreve', r: 'r', vbas: 'vBas' } as const;
const apicalSignals = { vapi: 'vApi', noise: 'xi', vapi_noise: 'vNoisy' } as const;
const interneuronSignals = { uI: 'u', uIprosp: 'uBreve', rI: 'r', vden: 'vDen' } as const;

function compare(
  { p, model }: Network,
  bench: GoldenBench,
  kind: 'trace' | 'final' | 'start',
  row?: number,
): void {
  const { circuit } = model;
  const last = p.layers.length - 1;
  const isPal = p.algorithm === 'PAL';
  const put = (name: string, value: ArrayLike<number>): void => bench.compare(`${kind}_${name}`, value, row);
  const all = (signals: Readonly<Record<string, string>>, population: string, l: number): void => {
    for (const [theirs, ours] of Object.entries(signals))
      put(`${theirs}${l}`, circuit.signal(`${population}.${ours}`));
  };
  for (let l = 1; l <= last; l++) {
    all(pyramidalSignals, `pyr${l}`, l);
    put(`W${l}`, circuit.weights(`W${l}`));
    if (isPal) put(`rHP${l}`, circuit.signal(l > 1 ? `B${l - 1}.pal.rHP` : 'pyr1.rHP'));
    if (l === last) continue;
    const { vapi_noise, ...always } = apicalSignals;
    all(isPal ? { ...always, vapi_noise } : always, `pyr${l}`, l);
    all(interneuronSignals, `int${l}`, l);
    for (const weights of ['WIP', 'B', 'BPI']) put(`${weights}${l}`, circuit.weights(`${weights}${l}`));
  }
}
function replay(golden: GoldenCase, bench: GoldenBench): void {
  const p = golden.parameters as unknown as MicrocircuitCase;
  if (!p.phases) return teacherAndStudent(golden, bench);
  const network = networkOf(golden, bench);
  const { circuit, input, target } = network.model;
  compare(network, bench, 'start');
  const inputs = bench.array('input');
  const targets = golden.arrays.target && bench.array('target');
  let t = 0;
  for (const phase of p.phases) {
    const step = network.step(phase);
    for (let q = 0; q < phase.steps; q++, t++) {
      show(circuit, input, inputs, t);
      if (targets) show(circuit, target, targets, t);
      step();
      if ((t + 1) % p.trace_every === 0) compare(network, bench, 'trace', (t + 1) / p.trace_every - 1);
    }
  }
  compare(network, bench, 'final');
}
const nothing = { learn_forward: false, learn_lateral: false, learn_backward: false, target_on: false };
const everything = { learn_forward: true, learn_lateral: true, learn_backward: true, target_on: true };

/** The whole schedule of the published experiment: what a runner does around the steps. */
function teacherAndStudent(golden: GoldenCase, bench: GoldenBench): void {
  const teacher = networkOf(golden, bench, 'teacher_');
  const student = networkOf(golden, bench, 'student_');
  const { p } = student;
  const { samples: count, steps_per_presentation: steps } = p;
  const samples = bench.array('samples');
  const settled = ({ model, step }: Network): Step => {
    const free = step(nothing);
    for (let t = 0; t < Math.round(p.settling_time / p.dt); t++) {
      show(model.circuit, model.input, samples, Math.floor(t / steps) % count);
      free();
    }
    return free;
  };
  const free = settled(teacher);
  const output = teacher.model.circuit.signal(teacher.model.output);
  const log: number[] = [];
  const targets: number[] = [];
  for (let t = 0; t < count * steps; t++) {
    log.push(...output);
    // the target is what the teacher says one step before the end of a presentation
    if (t % steps === steps - 1) targets.push(...output);
    show(teacher.model.circuit, teacher.model.input, samples, Math.floor(t / steps));
    free();
  }
  bench.compare('teacher_uprosp_before_each_step', log);
  bench.compare('teacher_target_samples', targets);
  settled(student);
  const learn = student.step(everything);
  const shuffle = bench.array('shuffle');
  const wanted = Float64Array.from(targets);
  let order = Array.from({ length: count }, (_, k) => k);
  for (let epoch = 0; epoch < p.epochs; epoch++) {
    const before = order;
    order = Array.from(shuffle.subarray(epoch * count, (epoch + 1) * count), i => before[i]!);
    for (const sample of order) {
      show(student.model.circuit, student.model.input, samples, sample);
      show(student.model.circuit, student.model.target, wanted, sample);
      for (let q = 0; q < steps; q++) learn();
    }
  }
  compare(student, bench, 'final');
}
export const microcircuitReplay: GoldenReplay = { model: 'pal-microcircuit', replay };
