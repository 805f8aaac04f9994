/** What tells the schemes apart: their feedback projections. Limits and gradients are in `test/schemes.test.ts`. */
import t from 'tap';
import type { LayerSpec, Scheme, SchemeOptions } from '@apical/core';
import { assemble, audit, circuitStreams } from '@apical/circuit';
import { fill } from '@apical/schemes';
import { reference } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/testing';
import standard, { dense } from '@apical/plugin-standard';
import plugin, { dfa, fa, frozen, kp, signSymmetry } from '../src/index.js';

const library = libraryOf(standard);
const layers: readonly LayerSpec[] = [{ shape: [5] }, { shape: [4] }, { shape: [6] }, { shape: [3] }];
const build = (scheme: Scheme, options: SchemeOptions = {}, of = layers) =>
  assemble(fill(scheme, options), of, {
    memory: reference.open({ dtype: 'float64' }),
    batch: 2,
    library,
    streams: circuitStreams(createRandomSource(5), library.initialisers),
  });
const wiring = (scheme: Scheme) => {
  const { circuit, feedback } = build(scheme);
  return feedback.map(name => [circuit.ends(name).from, circuit.ends(name).to, ...circuit.weightShape(name)]);
};
t.test('feedback comes from the layer above, from the output, or not at all', async t => {
  const layerwise = [
    ['layer2', 'layer1', 6, 4],
    ['layer3', 'layer2', 3, 6],
  ];
  for (const scheme of [fa, kp, signSymmetry]) t.strictSame(wiring(scheme), layerwise, scheme.name);
  t.strictSame(wiring(dfa), [
    ['layer3', 'layer1', 4, 3],
    ['layer3', 'layer2', 6, 3],
  ]);
  t.strictSame(wiring(frozen), []);
  const names = plugin.contributes!.Scheme!.map(s => ('name' in s ? s.name : ''));
  t.strictSame(names, ['fa', 'dfa', 'kp', 'sign-symmetry', 'frozen']);
});
t.test('who learns: feedback of kp alone; of frozen the readout alone', async t => {
  const plastic = (scheme: Scheme) => {
    const { circuit, forward, feedback } = build(scheme);
    return [...forward, ...feedback].filter(name => circuit.plastic(name));
  };
  for (const scheme of [fa, dfa, signSymmetry])
    t.strictSame(plastic(scheme), ['W1', 'W2', 'W3'], scheme.name);
  t.strictSame(plastic(kp), ['W1', 'W2', 'W3', 'B1', 'B2']);
  t.strictSame(plastic(frozen), ['W3']);
});
t.test('weight transport is copying signs, and nothing else here', async t => {
  const answer = (scheme: Scheme, aspect = 'weight transport') =>
    audit(build(scheme), layers).find(r => r.aspect === aspect)!;
  for (const scheme of [fa, dfa, kp, frozen]) t.equal(answer(scheme).answer, 'no', scheme.name);
  const copies = ['B1 = sign of W2, renewed in tie', 'B2 = sign of W3, renewed in tie'];
  t.strictSame(answer(signSymmetry).evidence, copies);
  for (const scheme of [fa, dfa, kp, signSymmetry])
    t.equal(answer(scheme, 'starts from weights of others').answer, 'no', scheme.name);
});
t.test('uniform signs have the size of freshly drawn weights; random ones keep what was drawn', async t => {
  const uniform = build(signSymmetry).circuit;
  const size = Math.sqrt(2 / (4 + 6));
  t.ok(uniform.weights('B1').every((b, i) => b === size * Math.sign(uniform.weights('W2')[i]!)));
  const random = build(signSymmetry, { settings: { magnitude: 'random' } }).circuit;
  const magnitudes = (of: typeof random) => Array.from(of.weights('B1'), Math.abs);
  t.strictSame(magnitudes(random), magnitudes(build(fa).circuit), 'the magnitudes of fa at the same seed');
});
t.test('without a hidden layer all are one: no feedback, the readout learns', async t => {
  for (const scheme of [fa, dfa, kp, signSymmetry, frozen]) {
    const { circuit, feedback, programs } = build(scheme, {}, [{ shape: [5] }, { shape: [3] }]);
    t.strictSame(feedback, []);
    t.ok(circuit.plastic('W1'), scheme.name);
    t.doesNotThrow(() => circuit.compile(programs.train)());
  }
});
t.test(
  'feedback uses the connectivity of the layer whose errors it carries; biases may be absent',
  async t => {
    const other = { ...dense, name: 'other' };
    const of = [layers[0]!, { shape: [4] }, { shape: [6], connectivity: other }, { shape: [3] }];
    for (const scheme of [fa, kp, signSymmetry]) {
      const { circuit } = build(scheme, {}, of);
      const used = ['W2', 'B1', 'B2'].map(n => circuit.network.projection(n).connectivity.name);
      t.strictSame(used, ['other', 'other', 'dense'], scheme.name);
    }
    const bare = build(kp, { settings: { bias: false } }).circuit;
    t.strictSame(bare.weightNames(), ['W1', 'W2', 'W3', 'B1', 'B2']);
  },
);
