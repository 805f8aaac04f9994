/** The README shows the equations as the code has them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { LearningRule, NeuronModel } from '@apical/core';
import { parseStatements, toLatex } from '@apical/equations';
import { latentEquilibrium, microcircuit, pal } from '../src/index.js';

const { pyramidal, output, interneuron } = microcircuit.neurons;
const { hidden, output: layered } = latentEquilibrium.neurons;

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
    ...factors(pal),
    ...lines(pal.phases!.trace!.pre!),
    ...alternatives(pal, 'received'),
    toLatex(pal.choices!.decayPre!.gated!),
    toLatex(pal.choices!.decayPre!.derivative!),
    ...[pyramidal, output, interneuron].flatMap(slot => lines(slot!.model.phases.soma!)),
    ...alternatives(pyramidal!.model, 'ahead', 'amplitude', 'renewed'),
    lines(hidden!.model.phases.forward!)[4]!,
    ...lines(hidden!.model.phases.membrane!),
    ...lines(hidden!.model.phases.backward!),
    ...alternatives(hidden!.model, 'ahead'),
    ...alternatives(layered!.model, 'error'),
  ];
  for (const latex of shown) t.ok(readme.includes(`$${latex}$`) || readme.includes(`$$ ${latex} $$`), latex);
});
