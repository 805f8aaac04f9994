/** Equation blocks become fused operations, with the checks that need the order of work: what is read must be there. */
import { ApicalError } from '@apical/core';
import type { FloatArray, Operation } from '@apical/core';
import { checkUnits, lower, namesIn, type Language, type Statement } from '@apical/equations';
import type { Network } from './network.js';
import type { Scope } from './scope.js';
import type { UnitOf } from './units.js';

/** For one program: it remembers what the blocks compiled so far have filled. */
export class BlockCompiler {
  readonly network: Network;
  /** Inputs and derived signals that have a value by now. */
  readonly #filled = new Set<FloatArray>();
  /** States written by the stages being compiled: what `until` watches. */
  written = new Set<FloatArray>();

  constructor(network: Network) {
    this.network = network;
  }
  /** From here on the array has a value. */
  fill(data: FloatArray): void {
    this.#filled.add(data);
  }
  /** A value that only holds within one run of a program must be there before it is read. */
  read(data: FloatArray, by: string): void {
    const name = this.network.fleeting.get(data);
    if (name !== undefined && !this.#filled.has(data))
      throw new ApicalError(
        'APICAL_CIRCUIT',
        `${by} reads ${name} before it is filled in this program; ` +
          'if the value of an earlier run is meant, make it a state',
      );
  }
  /** Checks statements, then lowers them to one fused operation. */
  block(
    statements: readonly Statement[],
    scope: Scope,
    units: number,
    language: Language,
    unitOf: UnitOf,
    batch = this.network.batch,
  ): Operation {
    const { where } = language;
    const { memory } = this.network;
    const operation = lower(statements, scope, { batch, units }, language, (n, extent) =>
      extent === 'scalar' ? memory.allocateCell(0) : memory.allocate(n),
    );
    checkUnits(statements, unitOf, language);
    const unread = new Set<string>();
    for (const s of statements) {
      for (const name of namesIn(s.value)) {
        unread.delete(name);
        const found = scope.find(name);
        if (found) this.read(found.data, where);
      }
      const target = scope.find(s.target);
      if (target && this.network.parameters.isParameter(target)) throw this.#notAssignable(s, scope, where);
      if (target && s.op !== '=') this.read(target.data, where);
      if (s.op === '=' && unread.has(s.target))
        throw new ApicalError(
          'APICAL_CIRCUIT',
          `${where} overwrites "${s.target}", which nobody has read: ${s.line.trim()}`,
        );
      unread.add(s.target);
      if (!target) continue;
      this.#filled.add(target.data);
      if (this.network.states.has(target.data)) this.written.add(target.data);
    }
    return operation;
  }
  #notAssignable(s: Statement, scope: Scope, where: string): ApicalError {
    const free = scope.names().filter(name => {
      const found = scope.find(name);
      return found && !this.network.parameters.isParameter(found);
    });
    return new ApicalError(
      'APICAL_CIRCUIT',
      `${where} assigns "${s.target}", which equations can only read: ${s.line.trim()}\n` +
        `    may be assigned: ${free.length ? free.join(', ') : 'nothing; declare a signal'}`,
    );
  }
}
