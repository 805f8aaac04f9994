/** Public names of `@apical/circuit`. */
export { Circuit } from './circuit.js';
export type { BuildOptions, CircuitOptions, Library } from './circuit.js';
export { assemble } from './assemble.js';
export type { BuiltModel } from './assemble.js';
export { circuitStreams } from './streams.js';
export { macs } from './cost.js';
