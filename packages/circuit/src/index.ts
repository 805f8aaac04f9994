/** Public names of `@apical/circuit`. */
export { Circuit } from './circuit.js';
export type { BuildOptions, CircuitOptions, Library } from './network.js';
export { assemble } from './assemble.js';
export type { BuiltModel } from './assemble.js';
export { circuitStreams } from './streams.js';
export { macs } from './cost.js';
export { audit } from './audit.js';
export type { AuditRow } from './audit.js';
export { readsOfCircuit, readsOfPopulation, readsOfRule } from './reads.js';
export type { PhaseReads, RuleReads } from './reads.js';
