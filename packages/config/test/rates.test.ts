/** How rates were chosen is a word about the rates of the files: the command line takes it back with the rates it changes. */
import t from 'tap';
import { composeIn } from './support.js';

const base = `
task: classification
dataset: yin-yang
rates: published
train: { eta: 0.1, optimiser: { use: sgd } }
schemes: { bp: {}, fa: { rates: tuned with 3 trials, plasticity: { forward: { optimiser: { use: sgd } } } } }
`;
t.test('words stand with the rates they are about', async t => {
  const folder = t.testdir({
    configs: { experiment: { 'base.yaml': base, 'none.yaml': base.replace(/rates: [^,\n]*,?/g, '') } },
  });
  const words = (target: string, ...overrides: string[]) => {
    const { rates, schemes } = composeIn(folder)(`experiment/${target}`, ...overrides).value;
    return [rates, schemes.bp?.rates, schemes.fa?.rates];
  };
  const table: [overrides: string[], words: (string | undefined)[]][] = [
    [[], ['published', undefined, 'tuned with 3 trials']],
    [
      ['train.epochs=3', 'schemes.fa.settings.bias=false'],
      ['published', undefined, 'tuned with 3 trials'],
    ],
    [['train.eta=0.2'], ['untuned', 'untuned', 'untuned']],
    [['train.optimiser=adam'], ['untuned', 'untuned', 'untuned']],
    [['schemes.bp.train.eta=0.2'], ['published', 'untuned', 'tuned with 3 trials']],
    [['schemes.bp.parameters.eta=0.2'], ['published', 'untuned', 'tuned with 3 trials']],
    [['schemes.fa.plasticity.forward.optimiser.parameters.eta=[1,2]'], ['published', undefined, 'untuned']],
    [['schemes.fa.plasticity.forward.biasOptimiser={use: sgd}'], ['published', undefined, 'untuned']],
    [
      ['train.eta=0.2', 'rates=tuned with 9 trials'],
      ['tuned with 9 trials', undefined, 'untuned'],
    ],
    [
      ['schemes.bp.train.eta=0.2', 'schemes.bp.rates=published'],
      ['published', 'published', 'tuned with 3 trials'],
    ],
  ];
  for (const [overrides, wanted] of table) t.same(words('base', ...overrides), wanted, overrides.join(' '));
  t.same(words('none', 'train.eta=0.2'), [undefined, undefined, undefined], 'untuned is what silence says');
});
