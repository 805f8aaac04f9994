/** What an experiment config may hold. */
import {
  again,
  anything,
  either,
  flag,
  listOf,
  mapOf,
  nameOf,
  nothing,
  number,
  object,
  oneOf,
  text,
  whole,
  type Schema,
} from './schema-kinds.js';

const option = either(
  'a number, text, flag or list of numbers',
  number(),
  text(),
  flag(),
  listOf(number()),
  nothing,
);
const options = mapOf(option, 'options of the part');
/** A number, a quantity ("10 ms") or an expression over the parameters beside it. */
const value = either('a number, a quantity such as "10 ms", or an expression', number(), text());
const perLayer = mapOf(either('one value, or one per layer', value, listOf(value)), 'parameter → value');
const names = mapOf(text(), 'name → name');
const source = object({ paper: text('citation'), equations: text(), note: text() }, 'where it comes from');

const optimiser = either(
  'an optimiser by name, or with its parameters',
  nameOf('Optimiser'),
  object({ use: nameOf('Optimiser', 'which optimiser'), parameters: perLayer }),
);
const plasticity = object(
  {
    rule: nameOf('LearningRule', 'learning rule in this slot'),
    parameters: perLayer,
    choose: names,
    uses: object({ pre: names, post: names, weights: names }, 'what names in the rule stand for'),
    scale: either('factor on the direction, one or one per layer', value, listOf(value)),
    optimiser,
    biasOptimiser: optimiser,
    gather: text('phase in which the direction is formed'),
    apply: text('phase in which it is applied, or never'),
  },
  'a plasticity slot of the scheme',
);
const neuron = object(
  {
    model: nameOf('NeuronModel', 'neuron model in this slot'),
    parameters: perLayer,
    choose: names,
    functions: mapOf(nameOf('Activation'), 'activation slot → activation'),
  },
  'a neuron slot of the scheme',
);
const initial = either(
  undefined,
  object(
    { draw: nameOf('Initialiser', 'how first weights are drawn'), parameters: mapOf(number()) },
    undefined,
    ['draw'],
  ),
  object(
    {
      file: text('an .npz or .safetensors file'),
      key: text('name of the array; default: the projection'),
    },
    undefined,
    ['file'],
  ),
);
const weights = mapOf(initial, 'projection, projection/bias or role → first weights');

const train: Readonly<Record<string, Schema>> = {
  epochs: whole('passes over the training samples', 0),
  batch: whole('samples per update', 1),
  eta: value,
  optimiser,
  dtype: oneOf(['float64', 'float32'], 'arithmetic of the run'),
  backend: text('where numbers live: auto, or a backend by name'),
  dt: either('time step in ms', number(undefined, 0), text()),
  steps: whole('how often the train program runs on a batch', 1),
  evaluateSteps: whole('how often the evaluate program runs on a batch', 1),
  evaluateBatch: whole('samples evaluated at once', 1),
  evaluateEvery: whole('evaluate and probe every so many epochs', 1),
  evaluateOn: listOf(oneOf(['train', 'validation']), 'splits evaluated on these occasions'),
  checkpointSeconds: number('a checkpoint every so many seconds; 0: every epoch', 0),
  limit: either('train on the first so many samples only', whole(undefined, 1), nothing),
};
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
    train: object(train, 'settings of training for this scheme alone'),
  },
  'a scheme and its answers to the slots',
);
const expression = either(undefined, text(), number());
const parameterSpec = either(
  'a value (with unit), or value and doc',
  number(),
  text(),
  object({
    value: either(undefined, number(), text()),
    doc: text(),
    unit: either(undefined, text(), number()),
    min: number(),
    max: number(),
  }),
);
const signal = object({
  role: oneOf(['state', 'input', 'derived', 'stimulus', 'noise']),
  unit: either('1, ms, mV, …', text(), number()),
  doc: text(),
  per: oneOf(['neuron', 'sample', 'population']),
  init: number(),
});
const block = {
  doc: text(),
  source,
  parameters: mapOf(parameterSpec),
  constants: mapOf(expression),
  choices: mapOf(mapOf(expression)),
};
const ends = (of: Schema): Schema => object({ pre: of, post: of });
const population = object(
  {
    neuron: either(
      'one neuron model, or by place',
      nameOf('NeuronModel'),
      object({ first: nameOf('NeuronModel'), hidden: nameOf('NeuronModel'), last: nameOf('NeuronModel') }),
    ),
    size: either('units, as size[l]', text(), whole(undefined, 1)),
    depth: either('order in sweeps', text(), number()),
    role: text(),
    choose: names,
    parameters: mapOf(value),
  },
  'a population, one for each layer where its name holds {l}',
  ['neuron'],
);
const draw = object({ draw: nameOf('Initialiser'), parameters: mapOf(number()) }, undefined, ['draw']);
const projection = object(
  {
    from: text('population.signal'),
    to: text('population.signal'),
    phase: either(undefined, text(), listOf(text())),
    role: text(),
    connectivity: nameOf('Connectivity'),
    gain: value,
    weights: either(
      'how they are drawn, or as a function of other weights',
      draw,
      object({ values: listOf(number()) }, undefined, ['values']),
      object(
        {
          function: nameOf('WeightFunction'),
          of: listOf(text()),
          parameters: mapOf(value),
          initial: draw,
          at: listOf(text('a phase, or build')),
        },
        undefined,
        ['function', 'of', 'at'],
      ),
    ),
    along: text('use the weights of this projection'),
    reversed: flag('against the stored direction'),
    bias: flag(),
    constraint: text('equations on w after every application'),
    plasticity: either('slots of rules', text(), listOf(text())),
  },
  'a projection, one for each layer where it fits',
  ['from', 'to', 'phase'],
);
const program: Schema = again('program', () => listOf(stage));
const stage = either(
  undefined,
  object(
    {
      phase: either(undefined, text(), listOf(text())),
      sweep: oneOf(['up', 'down']),
      on: listOf(text(), 'populations, projections or roles'),
    },
    undefined,
    ['phase'],
  ),
  object({ set: mapOf(number()) }, undefined, ['set']),
  object({ when: text('an expression'), stages: program }, undefined, ['when', 'stages']),
  object({ every: whole(undefined, 1), stages: program }, undefined, ['every', 'stages']),
  object(
    {
      repeat: value,
      until: object({ settled: listOf(text()), within: number(undefined, 0) }, undefined, ['within']),
      stages: program,
    },
    undefined,
    ['repeat', 'stages'],
  ),
);
const define = object(
  {
    rules: mapOf(
      object(
        {
          ...block,
          traces: ends(mapOf(signal)),
          phases: mapOf(ends(text())),
          update: object(
            {
              terms: listOf(
                object({ gain: expression, post: expression, pre: expression, times: text() }),
                undefined,
                1,
              ),
            },
            undefined,
            ['terms'],
          ),
        },
        'a learning rule',
        ['update'],
      ),
    ),
    neurons: mapOf(
      object(
        { ...block, signals: mapOf(signal), functions: names, phases: mapOf(text()) },
        'a neuron model',
        ['signals', 'phases'],
      ),
    ),
    optimisers: mapOf(
      object(
        {
          ...block,
          pool: object({ over: oneOf(['neuron', 'projection', 'network']), of: text() }),
          state: mapOf(signal),
          update: text('equations over w, g, k and own state'),
        },
        'an optimiser',
        ['update'],
      ),
    ),
    activations: mapOf(
      object(
        { doc: text(), source, value: expression, slope: expression, forward: text(), backward: text() },
        'an activation',
      ),
    ),
    schemes: mapOf(
      object(
        {
          doc: text(),
          source,
          input: text(),
          output: text(),
          target: text(),
          forward: listOf(text()),
          feedback: listOf(text()),
          parameters: mapOf(parameterSpec),
          heads: mapOf(
            object({ activation: nameOf('Activation'), slot: text(), choose: names }, undefined, [
              'activation',
              'slot',
            ]),
          ),
          plasticity: mapOf(either(undefined, plasticity, nothing)),
          populations: mapOf(population),
          projections: mapOf(projection),
          programs: mapOf(program),
        },
        'a layered network as a template',
        ['input', 'output', 'target', 'forward', 'populations', 'projections', 'programs'],
      ),
    ),
  },
  'parts written here',
);
const use = (kind: 'Task' | 'Dataset'): Schema =>
  either(
    'by name, or with options',
    nameOf(kind),
    object({ use: nameOf(kind), options }, undefined, ['use']),
  );
const labelled = (kind: 'Probe' | 'Observer'): Schema =>
  mapOf(either(undefined, object({ use: nameOf(kind, 'default: the label'), options }), nothing));

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
      activation: either(
        'one for all hidden layers, or one each',
        nameOf('Activation'),
        listOf(nameOf('Activation')),
      ),
      head: text('output and loss; default: what the task asks for'),
      weights,
    }),
    train: object(train),
    scheme: either('the one scheme of a single run', nameOf('Scheme'), scheme),
    schemes: mapOf(either(undefined, scheme, nothing), 'label → scheme'),
    select: listOf(text(), 'which of the schemes, in which order', 1),
    baseline: text('the scheme the others are compared to'),
    control: text('a control that the baseline must beat'),
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
    sweep: mapOf(anything(), 'key → values of a multirun'),
    meta: mapOf(anything(), 'anything of your own'),
  },
  'an experiment',
);
