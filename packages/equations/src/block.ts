/** Text of a block → statements, as written; and which line feeds an activation slot. `expand.ts` puts things in. */
import type { Activation, Equations, Expression } from '@apical/core';
import { fail } from './error.js';
import { parse } from './parse.js';
import type { Origin, SourceLine, SyntaxNode } from './syntax.js';

export interface Statement {
  readonly target: string;
  /** 'd': forward Euler, `d<target>/dt = …`. */
  readonly op: '=' | '+=' | '-=' | '*=' | 'd';
  readonly value: SyntaxNode;
  /** The author's line, and its number in the block. */
  readonly line: string;
  readonly lineNumber: number;
  /** Column of the target. */
  readonly at: number;
  /** Where the line stands, when that is not the block itself: an activation. */
  readonly source?: SourceLine;
}
/** Which x goes into an activation slot and which y comes out of it. */
export interface Site {
  readonly x: string;
  readonly y: string;
  /** Another line that does so with other names: `phiBack` cannot know which is meant. */
  readonly other?: string;
}
export type Sites = Readonly<Record<string, Site>>;
/** What names may stand for besides signals and parameters. */
export interface Language extends Origin {
  /** Chosen alternatives: name → expression. */
  readonly choices: Readonly<Record<string, Expression>>;
  /** Activation slots: `phi` → its activation. */
  readonly functions: Readonly<Record<string, Activation>>;
  /** For `phiBack`. */
  readonly sites?: Sites;
}
const head = /^(\s*d)([A-Za-z_]\w*)\s*\/\s*dt\s*=(?!=)|^(\s*)([A-Za-z_]\w*)\s*([-+*]?=)(?!=)/;

/** Statements as written: choices and activations are still names and calls. Throws `EquationError`. */
export function parseStatements(source: Equations, origin: Origin): Statement[] {
  const out: Statement[] = [];
  source.split('\n').forEach((raw, index) => {
    const line = raw.replace(/#.*/, '').trimEnd();
    if (!line) return;
    const here: SourceLine = { ...origin, line, lineNumber: index + 1 };
    const m = head.exec(line);
    if (!m) return fail(here, /^\s*/.exec(line)![0].length, notAStatement(line));
    const target = (m[2] ?? m[4])!;
    out.push({
      target,
      op: m[2] === undefined ? (m[5] as '=') : 'd',
      // blanks keep the columns of the author's line
      value: parse(' '.repeat(m[0].length) + line.slice(m[0].length), here, line),
      line,
      lineNumber: index + 1,
      at: (m[1] ?? m[3])!.length,
    });
  });
  return out;
}
function notAStatement(line: string): string {
  const dotted = /^\s*([A-Za-z_]\w*(?:\.\w+)+)\s*(?:\/\s*dt\s*)?[-+*]?=(?!=)/.exec(line)?.[1];
  if (dotted !== undefined) return `"${dotted}" belongs elsewhere: it can be read here, not written`;
  const divided = /^\s*([A-Za-z_]\w*)\s*\/=/.exec(line)?.[1];
  if (divided !== undefined) return `there is no /=: write "${divided} *= 1 / …"`;
  const changed = /^\s*(d[A-Za-z_]\w*)\s*\/\s*dt\s*[-+*]=/.exec(line)?.[1];
  if (changed !== undefined) return `write "${changed}/dt = …": it changes what is there, with forward Euler`;
  if (/^\s*(?:[-+*/<>,()]|==)/.test(line)) return 'a statement is one line, it cannot go on in the next';
  return 'expected "name = …", "name += …", "name -= …", "name *= …" or "dname/dt = …"';
}
/** Which x and y the slots of a model work on: the statement `y = phi(x)` with two plain names. */
export function findSites(
  phases: Readonly<Record<string, Equations>>,
  slots: readonly string[],
  origin: Pick<Origin, 'block'> & { readonly where?: string } = {},
): Sites | undefined {
  if (slots.length === 0) return undefined;
  const out: Record<string, Site> = {};
  for (const [phase, text] of Object.entries(phases)) {
    const where = origin.where === undefined ? phase : `${origin.where}/${phase}`;
    for (const { target, op, value, line } of parseStatements(text, {
      ...origin,
      where,
      key: `phases.${phase}`,
    })) {
      if (op !== '=' || value.kind !== 'call' || !slots.includes(value.name)) continue;
      const x = value.args[0];
      if (value.args.length !== 1 || x?.kind !== 'name' || x.name.includes('.')) continue;
      const known = Object.hasOwn(out, value.name) ? out[value.name] : undefined;
      if (!known) out[value.name] = { x: x.name, y: target };
      else if (known.x !== x.name || known.y !== target) out[value.name] = { other: line.trim(), ...known };
    }
  }
  return out;
}
