/** The parts of the plugin meet the suites of their kinds, and one rule object serves all neurons. */
import t from 'tap';
import type { Scheme } from '@apical/core';
import { neuronConformance, ruleConformance, schemeConformance } from '@apical/testing';
import { dendriticPrediction, silence } from '@apical/plugin-standard';
import {
  classification,
  latentEquilibrium,
  microcircuit,
  pal,
  palLayers,
  smoothedPrediction,
} from '../src/index.js';
import { bench, build, layersOf } from './parts.js';

const schemes = [palLayers, microcircuit, classification, latentEquilibrium];
for (const scheme of schemes)
  for (const share of [1, 0.5])
    t.test(`${scheme.name}, ${share} of its dt`, async t => {
      // noise is drawn for every sample, and lateral and feedback weights learn without an error
      const given = { ...bench, zeroError: false, independentSamples: false, dt: share * scheme.dt! };
      for (const { name, run } of schemeConformance(scheme, given)) t.doesNotThrow(run, name);
    });
const steps: readonly (readonly [Scheme, readonly string[], dt: number])[] = [
  [microcircuit, ['start', 'observe', 'dendrites', 'perturb', 'visit', 'noise', 'soma', 'commit'], 0.01],
  [classification, ['start', 'soma'], 0.01],
  [latentEquilibrium, ['forward', 'membrane', 'show', 'backward'], 0.1],
];
for (const [{ neurons }, phases, dt] of steps)
  for (const { model } of Object.values(neurons))
    t.test(model.name, async t => {
      const order = phases.filter(phase => Object.hasOwn(model.phases, phase));
      for (const { name, run } of neuronConformance(model, { ...bench, dt, order }))
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
