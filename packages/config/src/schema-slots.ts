/** What a config may answer to the slots of a scheme. */
import { either, flag, listOf, mapOf, nameOf, nothing, number, object, text } from './schema-kinds.js';

export const option = either(
  'a number, text, flag or list of numbers',
  number(),
  text(),
  flag(),
  listOf(number()),
  nothing,
);
export const options = mapOf(option, 'options of the part');
/** A number, a quantity ("10 ms") or an expression over the parameters beside it. */
export const value = either('a number, a quantity such as "10 ms", or an expression', number(), text());
const perLayer = mapOf(either('one value, or one per layer', value, listOf(value)), 'parameter → value');
export const names = mapOf(text(), 'name → name');

export const optimiser = either(
  'an optimiser by name, or with its parameters',
  nameOf('Optimiser'),
  object({ use: nameOf('Optimiser', 'which optimiser'), parameters: perLayer }),
);
export const plasticity = object(
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
export const neuron = object(
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
export const weights = mapOf(initial, 'projection, projection/bias or role → first weights');
