/** Which weights of the shipped schemes begin as those of others. */
import t from 'tap';
import type { Scheme, SchemeOptions } from '@apical/core';
import { audit } from '@apical/circuit';
import { classification, latentEquilibrium, microcircuit, palLayers } from '../src/index.js';
import { build, layersOf } from './parts.js';

const layers = layersOf(4, 5, 3, 2);
const answer = (scheme: Scheme, aspect: string, settings: SchemeOptions['settings'] = {}) => {
  const head = scheme.heads['linear-squared'] ? { head: 'linear-squared' } : {};
  const found = audit(build(scheme, layers, { ...head, settings }), layers).find(r => r.aspect === aspect)!;
  return [found.answer, ...found.evidence];
};
const beginnings = 'starts from weights of others';
const transport = 'weight transport';
/** Lateral weights of hidden layer l stand for `W{l+1}` and, with the other sign, `B{l}`. */
const copies = [1, 2].flatMap(l => [`WIP${l} = copy of W${l + 1}`, `BPI${l} = copy of B${l}`]).sort();
const sorted = ([first = '', ...rest]: string[]): string[] => [first, ...rest.sort()];

t.test('interneurons that predict at once are copies of what they stand for', async t => {
  for (const scheme of [microcircuit, classification]) {
    t.strictSame(sorted(answer(scheme, beginnings)), ['yes', ...copies], scheme.name);
    t.strictSame(answer(scheme, transport), ['no'], `${scheme.name}: afterwards each on its own`);
  }
  for (const interneurons of ['copied', 'scaled'])
    t.equal(answer(classification, beginnings, { interneurons })[0], 'yes', interneurons);
});
t.test('drawn ones are not', async t => {
  t.strictSame(answer(microcircuit, beginnings, { selfPredicting: false }), ['no']);
  t.strictSame(answer(classification, beginnings, { interneurons: 'drawn' }), ['no']);
});
t.test('what is tied in every update is transport, not a beginning', async t => {
  for (const scheme of [microcircuit, classification]) {
    const settings = { feedback: 'bp' };
    t.strictSame(
      answer(scheme, beginnings, settings),
      ['yes', 'WIP1 = copy of W2', 'WIP2 = copy of W3'],
      scheme.name,
    );
    const tied = answer(scheme, transport, settings);
    t.equal(tied[0], 'yes');
    for (const l of [1, 2]) {
      t.ok(tied.includes(`B${l} = transpose of W${l + 1}, renewed in tie`));
      t.ok(tied.includes(`BPI${l} = copy of B${l}, renewed in tie`));
    }
  }
});
t.test('layers of latent equilibrium start from nothing of others', async t => {
  for (const scheme of [palLayers, latentEquilibrium]) {
    t.strictSame(answer(scheme, beginnings), ['no'], scheme.name);
    t.strictSame(answer(scheme, transport), ['no'], scheme.name);
  }
  t.equal(answer(latentEquilibrium, transport, { feedback: 'bp' })[0], 'yes');
});
