/** Operations → one step, in plain JavaScript: control flow is nested closures, elementwise passes are emitted. */
import type { Operation, Step } from '@apical/core';
import { emitJs } from '@apical/equations';
import { fillNormals } from '@apical/numerics';
import { multiply, multiplyTransposed, outer } from './products.js';
import { add, addBias, addProduct, correlateBias, meanOver, settled, transpose } from './verbs.js';

export function prepare(operations: readonly Operation[]): Step {
  const steps = operations.map(prepareOne);
  const [first, second] = steps;
  if (!first) return () => undefined;
  if (!second) return first;
  return () => {
    for (let i = 0; i < steps.length; i++) steps[i]!();
  };
}
function prepareOne(operation: Operation): Step {
  switch (operation.op) {
    case 'elementwise':
      return emitJs(operation);
    case 'multiply':
      return multiply(operation);
    case 'multiply-transposed':
      return multiplyTransposed(operation);
    case 'outer':
      return outer(operation);
    case 'fill': {
      const { into, value } = operation;
      return () => void into.fill(value);
    }
    case 'add':
      return add(operation);
    case 'add-product':
      return addProduct(operation);
    case 'add-bias':
      return addBias(operation);
    case 'correlate-bias':
      return correlateBias(operation);
    case 'transpose':
      return transpose(operation);
    case 'mean-over':
      return meanOver(operation);
    case 'normal': {
      const { key, counter, into } = operation;
      return () => {
        fillNormals(key, counter[0]!, into);
        counter[0]! += 1;
      };
    }
    case 'increment': {
      const { cell } = operation;
      return () => {
        cell[0]! += 1;
      };
    }
    case 'call':
      return operation.run;
    default:
      return prepareControl(operation);
  }
}
type Control = Extract<Operation, { readonly op: 'set' | 'when' | 'every' | 'repeat' }>;
function prepareControl(operation: Control): Step {
  switch (operation.op) {
    case 'set': {
      const { cell, value } = operation;
      const refresh = prepare(operation.refresh);
      return () => {
        if (cell[0] === value) return;
        cell[0] = value;
        refresh();
      };
    }
    case 'when': {
      const { cell } = operation;
      const body = prepare(operation.body);
      return () => {
        if (cell[0] !== 0) body();
      };
    }
    case 'every': {
      const { counter, times } = operation;
      const body = prepare(operation.body);
      return () => {
        if (counter[0]! % times === 0) body();
        counter[0]! += 1;
      };
    }
    case 'repeat':
      return prepareRepeat(operation);
  }
}
function prepareRepeat({
  times,
  until,
  body: operations,
}: Extract<Operation, { readonly op: 'repeat' }>): Step {
  const body = prepare(operations);
  if (!until)
    return () => {
      for (let k = 0; k < times[0]!; k++) body();
    };
  const { watched, before, within } = until;
  return () => {
    for (let a = 0; a < watched.length; a++) before[a]!.set(watched[a]!);
    for (let k = 0; k < times[0]!; k++) {
      body();
      if (settled(watched, before, within)) return;
    }
  };
}
