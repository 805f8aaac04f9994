/** Every shipped scheme and generated data set meets its conformance suite. */
import t from 'tap';
import { reference } from '@apical/kernels';
import { datasetConformance, libraryOf, schemeConformance } from '@apical/testing';
import { createFormats } from '@apical/data';
import standard from '@apical/plugin-standard';
import { bp } from '@apical/plugin-bp';
import { dfa, fa, frozen, kp, signSymmetry } from '@apical/plugin-fa';
import { createYinYang } from '@apical/plugin-datasets-synthetic';

const bench = { library: libraryOf(standard), backend: reference };
for (const scheme of [bp, fa, dfa, kp, signSymmetry, frozen])
  t.test(scheme.name, async t => {
    for (const { name, run } of schemeConformance(scheme, bench)) t.doesNotThrow(run, name);
  });
t.test('yin-yang', async t => {
  const dataset = createYinYang(createFormats());
  for (const { name, run } of datasetConformance(() =>
    dataset.load({ train: 600, validation: 200, test: 200 }),
  ))
    await t.resolves(run(), name);
});
