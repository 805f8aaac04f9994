/** Parts that may be written in a config: rules, neuron models, optimisers, activations, schemes. */
import {
  again,
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
import { names, plasticity, value } from './schema-slots.js';

const source = object({ paper: text('citation'), equations: text(), note: text() }, 'where it comes from');
const expression = either(undefined, text(), number());
const parameterSpec = either(
  'a value (with unit), or value and doc',
  number(),
  text(),
  object(
    {
      value: either(undefined, number(), text()),
      doc: text(),
      unit: either(undefined, text(), number()),
      min: number(),
      max: number(),
    },
    undefined,
    ['value'],
  ),
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
  object({ every: value, stages: program }, undefined, ['every', 'stages']),
  object(
    {
      repeat: value,
      until: object({ settled: listOf(text()), within: value, perSample: flag(), as: text() }, undefined, [
        'within',
      ]),
      stages: program,
    },
    undefined,
    ['repeat', 'stages'],
  ),
);
export const define = object(
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
      either(
        'an activation',
        object({ doc: text(), source, value: expression, slope: expression }, 'of single units', ['value']),
        object({ doc: text(), source, forward: text(), backward: text() }, 'of a whole layer', ['forward']),
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
          errors: listOf(text('where the error of each hidden layer is: layer{l}.delta')),
          feedbackSign: number('−1: −B stands for the transposed W; default 1'),
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
