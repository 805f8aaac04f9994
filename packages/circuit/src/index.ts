/** Public names of `@apical/circuit`. */
export { Circuit } from './circuit.js';
export type { BuildOptions, CircuitOptions, Library } from './network.js';
export { assemble } from './assemble.js';
export type { AssembleOptions, BuiltModel } from './assemble.js';
export { declare, numbersOf, weightsOf } from './declare.js';
export type { Declared, WeightPlace } from './declare.js';
export { valueOf } from './parameters.js';
export { circuitStreams } from './streams.js';
export { audit } from './audit.js';
export type { AuditRow } from './audit.js';
export { readsOfCircuit } from './reads.js';
