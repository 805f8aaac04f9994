/** Plugin `standard`: parts that every scheme may use. */
import { apiVersion, definePlugin } from '@apical/core';
import { initialisers } from '@apical/numerics';
import { activations } from './activations.js';
import { connectivities } from './connectivities.js';
import { optimisers } from './optimisers.js';
import { rules } from './rules.js';
import { weightFunctions } from './weight-functions.js';

export {
  activations,
  hardSigmoid,
  leakyRelu,
  linear,
  relu,
  sigmoid,
  softmax,
  softplus,
  tanh,
} from './activations.js';
export { connectivities, dense, oneToOne } from './connectivities.js';
export { adam, flow, momentum, optimisers, sgd } from './optimisers.js';
export { dendriticPrediction, rules, silence } from './rules.js';
export {
  constant,
  copy,
  pseudoInverseOf,
  sign,
  signOf,
  transpose,
  weightFunctions,
} from './weight-functions.js';

export default definePlugin({
  name: 'standard',
  api: apiVersion,
  doc: 'activations, optimisers, rules, synapses, initialisers and functions of weights',
  contributes: {
    Activation: activations,
    Connectivity: connectivities,
    Initialiser: initialisers,
    LearningRule: rules,
    Optimiser: optimisers,
    WeightFunction: weightFunctions,
  },
});
