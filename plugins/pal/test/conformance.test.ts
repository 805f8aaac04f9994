/** The parts of the plugin meet the suites of their kinds, and one rule object serves all neurons. */
import t from 'tap';
import { neuronConformance, ruleConformance, schemeConformance } from '@apical/testing';
import {
  classification,
  classificationInput,
  classificationInterneuron,
  classificationOutput,
  classificationPyramidal,
  dendriticPrediction,
  interneuron,
  latentEquilibrium,
  leaky,
  leakyInput,
  leakyOutput,
  microcircuit,
  microcircuitInput,
  microcircuitOutput,
  noiseClock,
  pal,
  palLayers,
  pyramidal,
  silence,
  smoothedPrediction,
} from '../src/index.js';
import { bench, build, layersOf } from './parts.js';

const schemes = [palLayers, microcircuit, classification, latentEquilibrium];
for (const scheme of schemes)
  t.test(scheme.name, async t => {
    // noise is drawn for every sample, and lateral and feedback weights learn without an error
    const given = { ...bench, zeroError: false, independentSamples: false };
    for (const { name, run } of schemeConformance(scheme, given)) t.doesNotThrow(run, name);
  });
const membrane = ['start', 'observe', 'dendrites', 'perturb', 'noise', 'soma', 'commit'];
const cancelled = ['start', 'look', 'dendrites', 'perturb', 'noise', 'drive', 'commit'];
for (const model of [microcircuitInput, pyramidal, microcircuitOutput, interneuron, noiseClock])
  for (const order of [membrane, cancelled])
    t.test(`${model.name}, ${order[1]!}`, async t => {
      const own = [...order, 'visit'].filter(phase => Object.hasOwn(model.phases, phase));
      const given = { ...bench, dt: 0.01, order: own };
      for (const { name, run } of neuronConformance(model, given)) t.doesNotThrow(run, name);
    });
for (const model of [
  classificationInput,
  classificationPyramidal,
  classificationOutput,
  classificationInterneuron,
])
  t.test(model.name, async t => {
    for (const { name, run } of neuronConformance(model, {
      ...bench,
      dt: 0.01,
      order: ['start', 'soma'].filter(phase => Object.hasOwn(model.phases, phase)),
    }))
      t.doesNotThrow(run, name);
  });
for (const model of [leakyInput, leaky, leakyOutput])
  for (const first of ['forward', 'ahead'])
    t.test(`${model.name}, ${first}`, async t => {
      for (const { name, run } of neuronConformance(model, {
        ...bench,
        order: [first, 'backward'].filter(phase => Object.hasOwn(model.phases, phase)),
      }))
        t.doesNotThrow(run, name);
    });
for (const rule of [pal, dendriticPrediction, smoothedPrediction, silence])
  t.test(rule.name, async t => {
    for (const { name, run } of ruleConformance(rule, bench)) t.doesNotThrow(run, name);
  });
t.test('one rule object works on the neurons of all schemes', async t => {
  for (const scheme of schemes) {
    t.equal(scheme.plasticity.feedback!.rule, pal, scheme.name);
    const { circuit, feedback } = build(scheme, layersOf(4, 5, 3, 2));
    t.strictSame(feedback, ['B1', 'B2']);
    for (const name of feedback)
      t.equal(circuit.network.projection(name).rules[0]!.rule, pal, `${scheme.name} ${name}`);
  }
});
