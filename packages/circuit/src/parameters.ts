/** Parameters as cells. Expressions among them are kept fresh when a cell is set. */
import { ApicalError, checkOwnName, isApicalError, unknownName } from '@apical/core';
import type {
  Block,
  Cell,
  Choose,
  Elementwise,
  Expression,
  FloatArray,
  Memory,
  Operand,
  ParameterSpec,
  Step,
  Value,
  Values,
} from '@apical/core';
import { convert, interpret, lower, namesIn, parse, parseAssignment } from '@apical/equations';
import { scalarOperand, scopeOf, within, type Scope } from './scope.js';

export interface Prepared {
  /** Parameters and constants. */
  readonly scalars: Readonly<Record<string, Operand>>;
  /** Chosen alternatives: name → expression. */
  readonly choices: Readonly<Record<string, Expression>>;
}
export class Parameters {
  /** What every expression may use: dt, batch, the parameters of the scheme. */
  readonly shared: Record<string, Operand> = {};
  readonly #memory: Pick<Memory, 'allocateCell'>;
  readonly #derived: { readonly operation: Elementwise; readonly run: Step }[] = [];
  readonly #isDerived = new Set<unknown>();
  readonly #cells = new Set<unknown>();
  readonly #fixed = new Map<unknown, string>();
  readonly #bounds = new Map<unknown, ParameterSpec>();
  /** Counts that must stay whole. */
  readonly #checks: (() => void)[] = [];

  constructor(memory: Pick<Memory, 'allocateCell'>, dt: number, batch: number, values: Values) {
    this.#memory = memory;
    this.shared.dt = scalarOperand('dt', memory.allocateCell(dt));
    this.shared.batch = scalarOperand('batch', memory.allocateCell(batch));
    this.protect(this.shared.batch.data, 'is fixed when the circuit is built');
    checkReserved('the scheme', Object.keys(values), ['dt', 'batch']);
    this.#resolve(values, {}, 'parameters of the scheme', this.shared);
  }
  /** A cell with this value; names of an expression are looked up in `from`. */
  scalar(value: Value, from: Scope, where: string): Operand {
    const out = scalarOperand('result', this.#memory.allocateCell(0));
    this.#cells.add(out.data);
    if (typeof value === 'number') {
      out.data[0] = value;
      return out;
    }
    const operation = evaluation(out, value, from, where);
    const run = interpret(operation);
    run();
    this.#derived.push({ operation, run });
    this.#isDerived.add(out.data);
    return out;
  }
  /** A cell, and what brings it up to date where it stands. */
  condition(
    value: Value,
    from: Scope,
    where: string,
  ): { readonly cell: Float64Array; readonly evaluate: readonly Elementwise[] } {
    const out = scalarOperand('result', this.#memory.allocateCell(0));
    const cell = out.data as Float64Array;
    if (typeof value === 'number') {
      cell[0] = value;
      return { cell, evaluate: [] };
    }
    const operation = evaluation(out, value, from, where);
    interpret(operation)();
    return { cell, evaluate: [operation] };
  }
  /**
   * Throws `APICAL_RANGE` where the value of a `condition` is not whole within 1e-6, or below `least`: now and whenever a
   * parameter that it follows from is set.
   */
  whole(
    value: Value,
    from: Scope,
    what: string,
    least: number,
    cell: Cell,
    evaluate: readonly Elementwise[],
  ): void {
    const names = typeof value === 'string' ? [...namesIn(parse(value, what))] : [];
    const operands = names.map(n => from.find(n)!);
    if (!operands.every(o => this.isParameter(o))) return;
    const runs = evaluate.map(interpret);
    const check = (): void => {
      for (const run of runs) run();
      const n = cell[0]!;
      if (Math.abs(n - Math.round(n)) <= 1e-6 && Math.round(n) >= least) return;
      const given = names.map((name, k) => `${name} = ${operands[k]!.data[0]!}`).join(', ');
      const asked =
        typeof value === 'string' ? `${what}: ${value} comes to ${n} (${given})` : `${what}: ${n}`;
      throw new ApicalError('APICAL_RANGE', `${asked}; it must be a whole number from ${least} up`);
    };
    check();
    this.#checks.push(check);
  }
  /** Sets parameters; where a count would not be whole, all stays as it was. */
  assign(operands: readonly Operand[], value: number): void {
    const old = operands.map(o => o.data[0]!);
    for (const { data } of operands) data[0] = value;
    this.refresh();
    try {
      for (const check of this.#checks) check();
    } catch (error) {
      operands.forEach(({ data }, k) => (data[0] = old[k]!));
      this.refresh();
      for (const check of this.#checks) check();
      throw error;
    }
  }
  /** Equations may read it; it is neither assigned nor set. `why` follows its name in the message. */
  protect(cell: FloatArray, why: string): void {
    this.#cells.add(cell);
    this.#fixed.set(cell, why);
  }
  /** Remembers between which numbers it must lie, and checks that it does. */
  bound(operand: Operand, spec: ParameterSpec, name: string): void {
    this.#bounds.set(operand.data, spec);
    checkBounds(operand.data[0]!, spec, name);
  }
  /** Is the array that of a parameter, a constant, dt or batch: something equations only read? */
  isParameter({ data }: Operand): boolean {
    return this.#cells.has(data) || data === this.shared.dt!.data;
  }
  /** Throws where the name is no parameter, follows from others, or the value is out of bounds. */
  checkSettable(operand: Operand, name: string, value?: number): void {
    const refuse = (why: string): never => {
      throw new ApicalError('APICAL_SET', `"${name}" ${why}`);
    };
    if (operand.extent !== 'scalar') refuse(`is one value per ${operand.extent}, not a parameter`);
    if (!this.isParameter(operand)) refuse('is a signal, not a parameter');
    const fixed = this.#fixed.get(operand.data);
    if (fixed !== undefined) refuse(fixed);
    if (this.#isDerived.has(operand.data)) refuse('follows from other parameters: set those');
    if (value !== undefined) checkBounds(value, this.#bounds.get(operand.data) ?? unbounded, name);
  }
  refresh(): void {
    for (const { run } of this.#derived) run();
  }
  /** What brings derived scalars up to date inside a program. */
  refreshOperations(): readonly Elementwise[] {
    return this.#derived.map(d => d.operation);
  }
  /** The given scalars, then the shared ones. */
  within(scalars: Readonly<Record<string, Operand>>): Scope {
    return within(scopeOf(scalars), scopeOf(this.shared));
  }
  /** Cells and choices of a neuron model, rule or optimiser; checks every name and bound. */
  block(block: Block, given: Values, choose: Choose, where: string): Prepared {
    const { parameters, constants = {}, choices = {} } = block;
    const names = [parameters, constants, choices].flatMap(x => Object.keys(x));
    checkReserved(`${block.name} (${where})`, names, ['dt', 'batch']);
    for (const name of Object.keys(given))
      if (!Object.hasOwn(parameters, name))
        throw unknownName(`parameter of ${block.name} (${where})`, name, Object.keys(parameters));
    for (const name of Object.keys(choose))
      if (!Object.hasOwn(choices, name))
        throw unknownName(`choice of ${block.name} (${where})`, name, Object.keys(choices));
    const chosen: Record<string, Expression> = {};
    for (const [name, options] of Object.entries(choices)) {
      const pick = choose[name] ?? Object.keys(options)[0]!;
      if (!Object.hasOwn(options, pick))
        throw unknownName(`alternative for ${name} of ${block.name} (${where})`, pick, Object.keys(options));
      chosen[name] = options[pick]!;
    }
    const values: Record<string, Value> = {};
    for (const [name, spec] of Object.entries(parameters))
      values[name] =
        valueOf(given[name], spec, `${where}.${name}`) ??
        (Object.hasOwn(this.shared, name) ? name : spec.value);
    const scalars: Record<string, Operand> = {};
    this.#resolve(values, constants, where, scalars);
    for (const [name, spec] of Object.entries(parameters))
      this.bound(scalars[name]!, spec, `${where}.${name}`);
    return { scalars, choices: chosen };
  }
  /**
   * Fills `into`, each value after those it mentions; a value that mentions its own name means the shared
   * one.
   */
  #resolve(values: Values, constants: Values, where: string, into: Record<string, Operand>): void {
    const all: Values = { ...values, ...constants };
    const open = new Set<string>();
    const visit = (name: string): void => {
      if (Object.hasOwn(into, name)) return;
      if (open.has(name))
        throw new ApicalError(
          'APICAL_CIRCUIT',
          `${where}: "${name}" depends on itself (${[...open].join(' → ')})`,
        );
      open.add(name);
      const value = all[name]!;
      const siblings: Record<string, Operand> = {};
      if (typeof value === 'string')
        for (const other of namesIn(parse(value, `${where}, ${name}`)))
          if (other !== name && Object.hasOwn(all, other)) {
            visit(other);
            siblings[other] = into[other]!;
          }
      into[name] = { ...this.scalar(value, this.within(siblings), `${where}, ${name}`), name };
      open.delete(name);
    };
    for (const name of Object.keys(all)) visit(name);
  }
}
/** A number followed by a unit, and by nothing that would make it an expression. */
const quantity = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?(\s*[A-Za-z(]|\s+1\/[A-Za-z(])/i;
/** Quantities such as `10 ms` become numbers in the parameter's unit. Throws `APICAL_UNIT` for another dimension. */
export function valueOf(given: Value | undefined, { unit }: ParameterSpec, where: string): Value | undefined {
  if (typeof given !== 'string' || !quantity.test(given)) return given;
  try {
    return convert(given, unit);
  } catch (e) {
    if (!isApicalError(e)) throw e;
    throw new ApicalError(e.code, `${where}: ${e.message}`);
  }
}
/** `result = value`. */
function evaluation(out: Operand, value: string, from: Scope, where: string): Elementwise {
  const scope = within({ find: n => (n === 'result' ? out : undefined), names: () => [] }, from);
  const statements = parseAssignment('result', value, { where, choices: {}, functions: {} });
  return lower(statements, scope, { batch: 1, units: 1 }, where, n => new Float64Array(n));
}
/** Throws where a name means something else already. */
export function checkReserved(where: string, names: readonly string[], reserved: readonly string[]): void {
  for (const name of names) {
    checkOwnName(`a name of ${where}`, name);
    if (reserved.includes(name))
      throw new ApicalError(
        'APICAL_CIRCUIT',
        `${where} declares "${name}", which has a meaning already; taken are ${reserved.join(', ')}`,
      );
  }
}
const unbounded: ParameterSpec = { doc: '', unit: '1', value: 0 };
function checkBounds(
  value: number,
  { min = -Infinity, max = Infinity, unit }: ParameterSpec,
  where: string,
): void {
  if (value >= min && value <= max) return;
  const shown = unit === '1' ? '' : ` ${unit}`;
  throw new ApicalError(
    'APICAL_RANGE',
    `${where} is ${value}${shown}; it must lie between ${min} and ${max}${shown}`,
  );
}
