/** What stands for the arrays of a network in Python. An array has one name, by whatever word an equation calls it. */
import type { BuiltModel } from '@apical/circuit';
import { ApicalError } from '@apical/core';
import type { FloatArray } from '@apical/core';
import { numberText } from './expression.js';

type Network = BuiltModel['circuit']['network'];

const identifier = (text: string): string => text.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^(?=\d)/, '_');

export class Names {
  readonly #byArray = new Map<FloatArray, string>();
  readonly #taken = new Map<string, string>();

  constructor(network: Network) {
    for (const p of network.populations.values())
      for (const [signal, { data }] of Object.entries(p.signals)) this.give(data, `${p.name}_${signal}`);
    for (const [trace, { data }] of network.traces) this.give(data, trace);
    for (const p of network.projections.values()) {
      if (p.spec.along === undefined && p.bundle.weights.length) this.give(p.bundle.weights, p.name);
      if (p.bias) this.give(p.bias, `${p.name}_bias`);
      for (const r of p.rules) {
        this.give(r.direction, `d_${r.name}`);
        if (r.biasDirection) this.give(r.biasDirection, `d_${r.name}_bias`);
      }
    }
  }
  give(data: FloatArray, wanted: string): string {
    const known = this.#byArray.get(data);
    if (known !== undefined) return known;
    const name = identifier(wanted);
    const other = this.#taken.get(name);
    if (other !== undefined)
      throw new ApicalError(
        'APICAL_EXPORT',
        `"${wanted}" and "${other}" would both be called ${name} in the script; rename one of them`,
      );
    this.#taken.set(name, wanted);
    this.#byArray.set(data, name);
    return name;
  }
  /** Name of an array, or the number in a cell that nothing changes. */
  of(data: FloatArray): string {
    return this.#byArray.get(data) ?? numberText(data[0]!);
  }
}
