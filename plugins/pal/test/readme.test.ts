/** The README shows the equations as the code has them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { LearningRule, NeuronModel } from '@apical/core';
import { parseStatements, toLatex } from '@apical/equations';
import { dendriticPrediction, leaky, leakyOutput, pal, pyramidal, silence } from '../src/index.js';

const lines = (text: string): string[] => parseStatements(text, { where: 'readme' }).map(s => toLatex([s]));
const alternatives = ({ choices = {} }: LearningRule | NeuronModel, ...names: string[]): string[] =>
  names.flatMap(name => Object.values(choices[name]!).map(e => toLatex(e)));
const factors = ({ update }: LearningRule): string[] =>
  update.terms.flatMap(({ gain, post, pre }) =>
    [gain, post, pre].flatMap(e => (e === undefined || e.startsWith('decay') ? [] : [toLatex(e)])),
  );
t.test('the README shows the equations as the code has them', async t => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
  const shown = [
    ...[pal, dendriticPrediction, silence].flatMap(factors),
    ...lines(pal.phases!.trace!.pre!),
    ...alternatives(pal, 'received'),
    toLatex(pal.choices!.decayPre!.gated!),
    toLatex(pal.choices!.decayPre!.derivative!),
    ...alternatives(dendriticPrediction, 'compared'),
    lines(pyramidal.phases.observe!)[1]!,
    ...lines(pyramidal.phases.soma!),
    ...alternatives(pyramidal, 'amplitude', 'renewed'),
    lines(leaky.phases.ahead!)[4]!,
    ...lines(leaky.phases.backward!),
    ...alternatives(leakyOutput, 'error'),
  ];
  for (const latex of shown) t.ok(readme.includes(`$${latex}$`) || readme.includes(`$$ ${latex} $$`), latex);
});
