/** Syntax trees of the language: nodes, the places they were written in, and ways to build and walk them. */

/** Which text this is, for errors. */
export interface Origin {
  /** `hidden1/forward` */
  readonly where: string;
  /** Name of the neuron model, rule or optimiser. */
  readonly block?: string | undefined;
  /** `phases.forward`, `update.terms.0.post` */
  readonly key?: string | undefined;
  /** Of the line within the block, from 1. */
  readonly lineNumber?: number;
}
/** One line of an author. */
export interface SourceLine extends Origin {
  readonly line: string;
}
interface Common {
  /** Column in its line, from 0. */
  readonly at: number;
  /** The line it was written in, where that is not the line of its statement: a choice, an activation. */
  readonly source?: SourceLine;
  /** An activation slot stood here: `phi` or `dphi` of this argument. */
  readonly slot?: { readonly name: string; readonly argument: SyntaxNode };
}
export interface NumberNode extends Common {
  readonly kind: 'number';
  readonly value: number;
}
/** May have dots: `pre.r`. */
export interface NameNode extends Common {
  readonly kind: 'name';
  readonly name: string;
}
/** A built-in function, a reduction, an operator (`add`, …) or an activation slot. */
export interface CallNode extends Common {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly SyntaxNode[];
}
export type SyntaxNode = NumberNode | NameNode | CallNode;

export const number = (value: number, at = 0): SyntaxNode => ({ kind: 'number', value, at });
export const named = (name: string, at = 0): NameNode => ({ kind: 'name', name, at });
export const call = (name: string, ...args: SyntaxNode[]): SyntaxNode => ({
  kind: 'call',
  name,
  args,
  at: args[0]?.at ?? 0,
});
/** Names that a tree reads. */
export function namesIn(node: SyntaxNode, out = new Set<string>()): Set<string> {
  if (node.kind === 'name') out.add(node.name);
  else if (node.kind === 'call') for (const a of node.args) namesIn(a, out);
  return out;
}
/** Functions that a tree calls, activation slots included. */
export function callsIn(node: SyntaxNode, out = new Set<string>()): Set<string> {
  if (node.kind !== 'call') return out;
  out.add(node.name);
  for (const a of node.args) callsIn(a, out);
  return out;
}
/** How often a name stands in a tree. */
export function countOf(name: string, node: SyntaxNode): number {
  if (node.kind === 'call') return node.args.reduce((n, a) => n + countOf(name, a), 0);
  return node.kind === 'name' && node.name === name ? 1 : 0;
}
export function substitute(node: SyntaxNode, by: Readonly<Record<string, SyntaxNode>>): SyntaxNode {
  if (node.kind === 'name') return Object.hasOwn(by, node.name) ? by[node.name]! : node;
  return node.kind === 'number' ? node : { ...node, args: node.args.map(a => substitute(a, by)) };
}
/** Every node remembers the line it was written in. */
export function written(node: SyntaxNode, source: SourceLine): SyntaxNode {
  const own = node.source ? node : { ...node, source };
  return own.kind === 'call' ? { ...own, args: own.args.map(a => written(a, source)) } : own;
}
