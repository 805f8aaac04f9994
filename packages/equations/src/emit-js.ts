/** Elementwise passes → one fused JavaScript function over typed arrays; it allocates nothing when it runs. */
import type { Assignment, Elementwise, Extent, Pass, Step, Tree } from '@apical/core';
import { builtins } from './builtins.js';
import { reductionForms } from './reductions.js';
import { operandsRead } from './tree.js';

type Body = readonly Assignment[];

/**
 * Every name in the code is generated; the author's names are only a suffix. a: arrays, s: scalars, p: values of
 * the sample, t: temporaries, c: arguments that are used twice.
 */
class Emitter {
  readonly #op: Elementwise;
  readonly #written = new Set<number>();
  #constants = 0;
  /** Where scalars are written: not in a loop, so that loops may hold them in constants. */
  #inLoop = false;

  constructor(op: Elementwise) {
    this.#op = op;
    for (const p of op.passes) {
      for (const a of p.body) if ('operand' in a.to) this.#written.add(a.to.operand);
      if (p.kind === 'reduce') this.#written.add(p.into);
    }
  }
  source(): string {
    const { operands, passes, where } = this.#op;
    const arrays = operands.map((_, k) => `const ${this.#name('a', k)}=data[${k}];`);
    const code = passes.map(p => this.#pass(p));
    // scalars that no pass writes are read once a step
    const fixed = operands.flatMap((o, k) =>
      o.extent === 'scalar' && !this.#written.has(k) ? [this.#load('s', k, '0')] : [],
    );
    const url = `//# sourceURL=apical/${where.replace(/[^\w./-]/g, '_')}`;
    return [`"use strict";`, ...arrays, 'return()=>{', ...fixed, ...code, '};', url].join('\n');
  }
  #extent(k: number): Extent {
    return this.#op.operands[k]!.extent;
  }
  #isShared(k: number): boolean {
    return this.#op.operands[k]!.shared === true;
  }
  #name(kind: 'a' | 's' | 'p', k: number): string {
    return `${kind}${k}_${this.#op.operands[k]!.name.replace(/\W/g, '_')}`;
  }
  #load(kind: 's' | 'p', k: number, at: string): string {
    return `const ${this.#name(kind, k)}=${this.#name('a', k)}[${at}];`;
  }
  #read(k: number, over: Extent): string {
    const extent = this.#extent(k);
    if (extent === 'neuron') return `${this.#name('a', k)}[${this.#isShared(k) ? 'i-first' : 'i'}]`;
    if (extent === 'sample') return over === 'neuron' ? this.#name('p', k) : `${this.#name('a', k)}[b]`;
    return this.#written.has(k) && !this.#inLoop ? `${this.#name('a', k)}[0]` : this.#name('s', k);
  }
  #store(k: number): string {
    return `${this.#name('a', k)}[${{ neuron: 'i', sample: 'b', scalar: '0' }[this.#extent(k)]}]`;
  }
  /** `before` receives constants for arguments that a function uses more than once. */
  #tree(tree: Tree, over: Extent, before: string[]): string {
    if (tree.kind === 'number') return literal(tree.value);
    if (tree.kind === 'operand') return this.#read(tree.index, over);
    if (tree.kind === 'temporary') return `t${tree.index}`;
    const { js, repeats } = builtins[tree.name];
    const args = tree.args.map(a => {
      const text = this.#tree(a, over, before);
      if (!repeats || a.kind === 'temporary') return text;
      const name = `c${this.#constants++}`;
      before.push(`const ${name}=${text};`);
      return name;
    });
    return js(...args);
  }
  #body(body: Body, over: Extent): string {
    const declared = new Set<number>();
    return body
      .map(({ to, value }) => {
        const before: string[] = [];
        const text = this.#tree(value, over, before);
        if ('operand' in to) return `${before.join('')}${this.#store(to.operand)}=${text};`;
        const declare = declared.has(to.temporary) ? '' : 'let ';
        declared.add(to.temporary);
        return `${before.join('')}${declare}t${to.temporary}=${text};`;
      })
      .join('\n');
  }
  #pass(pass: Pass): string {
    const { batch } = this.#op;
    const n = pass.units;
    const over = pass.kind === 'reduce' ? 'neuron' : pass.over;
    this.#inLoop = over !== 'scalar';
    const body = this.#body(pass.body, over);
    if (over === 'scalar') return `{\n${body}\n}`;
    const used = [...operandsRead(pass)];
    const scalars = used.flatMap(k =>
      this.#extent(k) === 'scalar' && this.#written.has(k) ? [this.#load('s', k, '0')] : [],
    );
    const samples = used.flatMap(k => (this.#extent(k) === 'sample' ? [this.#load('p', k, 'b')] : []));
    const head = `{${scalars.join('')}\n`;
    const eachSample = `for(let b=0;b<${batch};b++)`;
    const eachUnit = `const first=b*${n};for(let i=first,end=first+${n};i<end;i++)`;
    if (pass.kind === 'reduce') {
      const before: string[] = [];
      const value = this.#tree(pass.value, 'neuron', before);
      const { start, js } = reductionForms[pass.by];
      const into = `${this.#name('a', pass.into)}[b]=${js.end(n)};`;
      const inner = `${eachUnit}{${body}${before.join('')}${js.add(value)}}`;
      return `${head}${eachSample}{${samples.join('')}let sum=${start};\n${inner}\n${into}}}`;
    }
    if (over === 'sample') return `${head}${eachSample}{\n${body}\n}}`;
    if (samples.length === 0 && !used.some(k => this.#isShared(k)))
      return `${head}for(let i=0;i<${batch * n};i++){\n${body}\n}}`;
    return `${head}${eachSample}{${samples.join('')}\n${eachUnit}{\n${body}\n}}}`;
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
