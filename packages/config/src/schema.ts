/** What an experiment config may hold. */
import { define } from './schema-define.js';
import {
  anything,
  either,
  listOf,
  mapOf,
  nameOf,
  nothing,
  number,
  object,
  oneOf,
  text,
  textLike,
  whole,
  type Schema,
} from './schema-kinds.js';
import { neuron, option, options, optimiser, plasticity, value, weights } from './schema-slots.js';

const train: Readonly<Record<string, Schema>> = {
  epochs: whole('passes over the training samples, or over epochSamples of them', 0),
  batch: whole('samples per update', 1),
  epochSamples: whole('samples of an epoch, a multiple of batch; default: all of the data', 1),
  before: either(
    'a program that runs on so many batches before the first epoch, where the scheme has it; null: none',
    object({ program: text('of the scheme'), updates: whole('batches', 1) }, undefined, [
      'program',
      'updates',
    ]),
    nothing,
  ),
  eta: value,
  optimiser,
  dtype: oneOf(['float64', 'float32'], 'arithmetic of the run'),
  backend: text('where numbers live: auto, or a backend by name'),
  dt: either('time step in ms, for every scheme that knows time', number(undefined, 0), text()),
  program: text('the program of the scheme that trains; default: train'),
  evaluateBatch: whole('samples evaluated at once', 1),
  evaluateEvery: whole('evaluate and probe every so many epochs', 1),
  evaluateOn: listOf(oneOf(['train', 'validation']), 'splits evaluated on these occasions'),
  checkpointSeconds: number('a checkpoint every so many seconds; 0: every epoch', 0),
  limit: either('train on the first so many samples only', whole(undefined, 1), nothing),
};
const activation = either(
  'one for all hidden layers, or one each',
  nameOf('Activation'),
  listOf(nameOf('Activation')),
);
const head = text('output and loss; default: what the task asks for');
const rates = textLike(
  '^(untuned|published|tuned with (1 trial|[1-9]\\d* trials))$',
  'untuned, published, or "tuned with 40 trials"',
  'how learning rates were chosen, for reports; default: untuned',
);
const scheme = object(
  {
    use: nameOf('Scheme', 'which scheme; default: the label'),
    parameters: mapOf(value),
    settings: mapOf(option),
    neurons: mapOf(neuron),
    plasticity: mapOf(
      either('a rule in this slot, or null: these synapses do not learn', plasticity, nothing),
    ),
    weights,
    activation,
    head,
    train: object(train, 'settings of training for this scheme alone'),
    rates,
  },
  'a scheme and its answers to the slots',
);
const use = (kind: 'Task' | 'Dataset'): Schema =>
  either(
    'by name, or with options',
    nameOf(kind),
    object({ use: nameOf(kind), options }, undefined, ['use']),
  );
const labelled = (kind: 'Probe' | 'Observer'): Schema =>
  mapOf(either(undefined, object({ use: nameOf(kind, 'default: the label'), options }), nothing));

const reference = object(
  {
    source: text('where the numbers are from'),
    scheme: text('label of the scheme they are compared with'),
    n: whole('runs they were made of', 1),
    values: mapOf(
      mapOf(either('mean, or [mean, standard deviation]', number(), listOf(number(), undefined, 1))),
      'column of metrics.csv → epoch, or last → mean, or [mean, standard deviation]',
    ),
  },
  undefined,
  ['source', 'scheme', 'values'],
);
const figure = object(
  {
    kind: oneOf(['lines', 'scatter'], 'over epochs, a panel a layer; or single samples, a panel a scheme'),
    of: text('label of a probe and name of its row: feedback/angle-weights'),
    colour: text('scatter: row that says the class of a sample'),
    title: text(),
    axis: text(),
    unit: text(),
    band: oneOf(['interval', 'range', 'deviation'], 'around the mean over seeds'),
    scale: oneOf(['linear', 'log']),
    caption: text(),
  },
  undefined,
  ['of'],
);

/** A slip such as seeds=1e9 must not fill the memory. */
export const mostSeeds = 10_000;

export const experimentSchema = object(
  {
    name: text('names the folder of results'),
    doc: text('what the experiment shows'),
    defaults: listOf(
      either('a config: task/mnist, or task: mnist', text(), mapOf(text())),
      'files this one starts from, in order',
    ),
    task: use('Task'),
    dataset: use('Dataset'),
    network: object({
      hidden: listOf(whole(undefined, 1), 'units of the hidden layers'),
      activation,
      head,
      weights,
    }),
    train: object(train),
    scheme: either('the one scheme of a single run', nameOf('Scheme'), scheme),
    schemes: mapOf(either(undefined, scheme, nothing), 'label → scheme'),
    select: listOf(text(), 'which of the schemes, in which order', 1),
    baseline: text('the scheme the others are compared to'),
    control: either('a control that the baseline must beat; null: none', text(), nothing),
    seed: whole('one seed', 0),
    seeds: either(
      'how many seeds, or which',
      whole(undefined, 1, mostSeeds),
      listOf(whole(undefined, 0), undefined, 1),
    ),
    probes: labelled('Probe'),
    observers: labelled('Observer'),
    define,
    plugins: listOf(text(), 'plugins to load, by package name or path'),
    margin: either('difference in the headline metric that counts as equal', number(undefined, 0), nothing),
    rates,
    reference: listOf(reference, 'numbers of a publication to compare with'),
    figures: listOf(figure, 'figures of the report beside those that every report has'),
    sweep: mapOf(anything(), 'key → values of a multirun'),
    meta: mapOf(anything(), 'anything of your own'),
  },
  'an experiment',
);
