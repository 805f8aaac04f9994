/** Elementwise passes → one fused JavaScript function over typed arrays; it allocates nothing when it runs. */
import type { Assignment, Elementwise, Pass, Step, Tree } from '@apical/core';
import { builtins } from './builtins.js';
import { visit } from './tree.js';

type Body = readonly Assignment[];

/** Every name in the code is generated; the author's names stand in them only as a suffix. */
class Emitter {
  readonly #op: Elementwise;
  readonly #written = new Set<number>();
  #consts = 0;

  constructor(op: Elementwise) {
    this.#op = op;
    for (const p of op.passes) {
      for (const a of p.body) if ('operand' in a.to) this.#written.add(a.to.operand);
      if (p.kind === 'reduce') this.#written.add(p.into);
    }
  }
  source(): string {
    const { operands, passes, where } = this.#op;
    const arrays = operands.map((_, k) => `const ${this.#array(k)}=data[${k}];`).join('');
    const code = passes.map(p => this.#pass(p)).join('\n');
    // scalars that no pass writes are read once a step
    const scalars = operands
      .map((o, k) =>
        o.extent === 'scalar' && !this.#written.has(k)
          ? `const ${this.#scalar(k)}=${this.#array(k)}[0];`
          : '',
      )
      .join('');
    return `"use strict";${arrays}\nreturn()=>{${scalars}\n${code}\n};\n//# sourceURL=apical/${where.replace(/[^\w./-]/g, '_')}`;
  }
  #suffix(k: number): string {
    return this.#op.operands[k]!.name.replace(/\W/g, '_');
  }
  #array(k: number): string {
    return `a${k}_${this.#suffix(k)}`;
  }
  #scalar(k: number): string {
    return `s${k}_${this.#suffix(k)}`;
  }
  #place(k: number): string {
    const { extent } = this.#op.operands[k]!;
    if (extent === 'neuron') return `${this.#array(k)}[i]`;
    if (extent === 'sample') return `${this.#array(k)}[b]`;
    return this.#written.has(k) ? `${this.#array(k)}[0]` : this.#scalar(k);
  }
  /** `before` receives constants for arguments that a function uses more than once. */
  #tree(tree: Tree, before: string[]): string {
    if (tree.kind === 'number') return literal(tree.value);
    if (tree.kind === 'operand') return this.#place(tree.index);
    if (tree.kind === 'temporary') return `t${tree.index}`;
    const args = tree.args.map(a => {
      const text = this.#tree(a, before);
      if (tree.name !== 'softplus' || a.kind !== 'call') return text;
      const name = `c${this.#consts++}`;
      before.push(`const ${name}=${text};`);
      return name;
    });
    return builtins[tree.name].js(...args);
  }
  #body(body: Body): string {
    const declared = new Set<number>();
    return body
      .map(({ to, value }) => {
        const before: string[] = [];
        const text = this.#tree(value, before);
        if ('operand' in to) return `${before.join('')}${this.#place(to.operand)}=${text};`;
        const declare = declared.has(to.temporary) ? '' : 'let ';
        declared.add(to.temporary);
        return `${before.join('')}${declare}t${to.temporary}=${text};`;
      })
      .join('');
  }
  #pass(pass: Pass): string {
    const { batch } = this.#op;
    const n = pass.units;
    if (pass.kind === 'reduce') {
      const before: string[] = [];
      const value = this.#tree(pass.value, before);
      const largest = pass.by === 'largest';
      const start = largest ? '-Infinity' : '0';
      const add = largest ? `const v=${value};if(v>sum)sum=v;else if(v!==v)sum=v;` : `sum+=${value};`;
      const end = pass.by === 'mean' ? `sum/${n}` : 'sum';
      const each = `for(let i=b*${n};i<(b+1)*${n};i++){${this.#body(pass.body)}${before.join('')}${add}}`;
      return `for(let b=0;b<${batch};b++){let sum=${start};${each}${this.#array(pass.into)}[b]=${end};}`;
    }
    const body = this.#body(pass.body);
    if (pass.over === 'scalar') return `{${body}}`;
    if (pass.over === 'sample') return `for(let b=0;b<${batch};b++){${body}}`;
    if (!this.#usesSamples(pass.body)) return `for(let i=0;i<${batch * n};i++){${body}}`;
    return `for(let b=0;b<${batch};b++)for(let i=b*${n};i<(b+1)*${n};i++){${body}}`;
  }
  #usesSamples(body: Body): boolean {
    let found = false;
    for (const a of body)
      visit(a.value, t => {
        if (t.kind === 'operand' && this.#op.operands[t.index]!.extent === 'sample') found = true;
      });
    return found;
  }
}
function literal(value: number): string {
  if (Object.is(value, -0)) return '(-0)';
  return value < 0 ? `(${value})` : String(value);
}
/** The text of the function, for debugging. */
export const emitSource = (op: Elementwise): string => new Emitter(op).source();

export function emitJs(op: Elementwise): Step {
  if (op.passes.length === 0) return () => undefined;
  const make = new Function('data', emitSource(op)) as (data: readonly unknown[]) => Step;
  return make(op.operands.map(o => o.data));
}
