/** Public names of `@apical/equations`. */
export { EquationError } from './error.js';
export type { Place } from './error.js';
export { builtins, callable, reductions } from './builtins.js';
export type { Builtin, Reduction } from './builtins.js';
export { callsIn, namesIn, parse } from './parse.js';
export type { Origin, SyntaxNode } from './parse.js';
export { findSites, parseAssignment, parseBlock } from './block.js';
export type { Language, Sites, Statement } from './block.js';
export { derivative } from './derivative.js';
export { readsOf, writesOf } from './names.js';
export { lower } from './lower.js';
export type { LowerOptions, Scope } from './lower.js';
export { emitJs, emitSource } from './emit-js.js';
export { interpret } from './interpret.js';
export { checkUnits, convert, parseUnit } from './units.js';
export { toLatex } from './latex.js';
