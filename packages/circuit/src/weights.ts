/** Weights as functions of other weights, and when they are due. */
import { ApicalError } from '@apical/core';
import type { Cell, FloatArray, Matrix, Operation, Weights } from '@apical/core';
import type { BuiltProjection, BuiltWeightFunction } from './built.js';
import type { Network } from './network.js';

export function buildWeightFunctions(network: Network, p: BuiltProjection): BuiltWeightFunction[] {
  const out: BuiltWeightFunction[] = [];
  const lent = (name: string): boolean => network.options.lend?.(name) !== undefined;
  if (p.spec.along === undefined && (p.bundle.perSample || !lent(p.name)))
    out.push(...build(network, p, p.spec.weights, p.bundle.weights, false));
  if (p.bias && typeof p.spec.bias === 'object' && !lent(`${p.name}/bias`))
    out.push(...build(network, p, p.spec.bias.weights, p.bias, true));
  return out;
}
function build(
  network: Network,
  p: BuiltProjection,
  weights: Weights | undefined,
  data: FloatArray,
  isBias: boolean,
): BuiltWeightFunction[] {
  if (!weights || !('function' in weights)) return [];
  const f = network.options.library.weightFunctions.get(weights.function);
  const where = `${p.name}, ${f.name}`;
  if (weights.of.length !== f.inputs.length)
    throw new ApicalError(
      'APICAL_CIRCUIT',
      `${where} takes ${f.inputs.length} weights (${f.inputs.join(', ')}); "of" names ${weights.of.length}`,
    );
  const block = { name: f.name, parameters: f.parameters };
  const { scalars } = network.parameters.block(block, weights.parameters ?? {}, {}, where);
  const cells: Record<string, Cell> = {};
  for (const [k, operand] of Object.entries(scalars)) cells[k] = operand.data as Float64Array;
  const sources = weights.of.map(n => matrixOf(network, n === 'own' ? p : network.projection(n), isBias));
  const operations = f.prepare({ ...matrixOf(network, p, isBias), data }, sources, cells, network.memory);
  const fast = p.bundle.perSample && !isBias;
  return [{ name: f.name, fast, of: weights.of.filter(n => n !== 'own'), at: weights.at, operations }];
}
/** The first axis of the weights is rows, the others together are columns; samples add rows. */
function matrixOf(network: Network, p: BuiltProjection, isBias: boolean): Matrix {
  const data = isBias ? network.bias(p.name) : p.bundle.weights;
  const rows = isBias ? data.length : (p.connectivity.shape(p.bundle)[0] ?? 0);
  return { rows: p.bundle.perSample ? rows * p.bundle.batch : rows, cols: data.length / rows, data };
}
/**
 * Those due in a phase, sources before what follows from them; frozen weights stay as they are. `apply: false`: those
 * of fast synapses alone.
 */
export function weightFunctionsDue(
  network: Network,
  phase: string,
  among: readonly BuiltProjection[],
  apply = true,
): Operation[] {
  const isDue = (f: BuiltWeightFunction): boolean => f.at.includes(phase) && (apply || f.fast);
  const due = among.filter(p => p.functions.some(isDue));
  const operations: Operation[] = [];
  const done = new Set<BuiltProjection>();
  const open: BuiltProjection[] = [];
  const visit = (p: BuiltProjection): void => {
    if (done.has(p)) return;
    if (open.includes(p))
      throw new ApicalError(
        'APICAL_CIRCUIT',
        `weights follow from each other in "${phase}": ${[...open, p].map(q => q.name).join(' → ')}`,
      );
    open.push(p);
    const now = p.functions.filter(isDue);
    for (const f of now)
      for (const name of f.of) {
        const source = network.projection(name);
        if (due.includes(source)) visit(source);
      }
    open.pop();
    done.add(p);
    operations.push({ op: 'when', cell: p.plastic, body: now.flatMap(f => f.operations) });
  };
  due.forEach(visit);
  return operations;
}
