/** Directions are applied to weights by optimisers; what these pool is pooled before any of them works. */
import { ApicalError } from '@apical/core';
import type { FloatArray, Operation } from '@apical/core';
import { parseAssignment, parseBlock } from '@apical/equations';
import type { BuiltOptimiser, BuiltProjection, BuiltRule } from './built.js';
import type { BlockCompiler } from './block.js';
import { arrayOperand, count, scopeOf, within } from './scope.js';
import { unitsOfOptimiser } from './units.js';

type Applied = readonly (readonly [BuiltProjection, BuiltRule])[];
type OptimisersOf = (r: BuiltRule) => BuiltOptimiser[];

/** `withBias: false`: of fast synapses alone, whose bias is no state of a sample. */
export function applyRules(compiler: BlockCompiler, applied: Applied, withBias: boolean): Operation[] {
  const optimisersOf: OptimisersOf = r =>
    withBias && r.biasOptimiser ? [r.optimiser, r.biasOptimiser] : [r.optimiser];
  return [
    ...pools(compiler, applied, optimisersOf),
    ...applied.map(([p, r]): Operation => ({
      op: 'when',
      cell: p.plastic,
      body: optimisersOf(r).flatMap(o => optimise(compiler, o, r.name)),
    })),
  ];
}
function optimise(compiler: BlockCompiler, o: BuiltOptimiser, where: string): Operation[] {
  const counted: Operation = { op: 'increment', cell: o.updates };
  if (!o.model) {
    const gain = compiler.network.memory.allocateCell(1);
    return [counted, { op: 'add', into: o.weights, from: o.direction, gain }];
  }
  const name = `${where}/${o.model.name}`;
  const language = { where: name, block: o.model.name, key: 'update', choices: o.choices, functions: {} };
  const statements = parseBlock(o.model.update, language);
  return [
    counted,
    compiler.block(statements, o.scope, o.weights.length, language, unitsOfOptimiser(o.model), 1),
  ];
}
/** `pooled` becomes the mean of the optimiser's expression over a neuron, a projection or the network. */
function pools(compiler: BlockCompiler, applied: Applied, optimisersOf: OptimisersOf): Operation[] {
  const operations: Operation[] = [];
  const network = new Map<string, FloatArray[]>();
  for (const [p, r] of applied) {
    const model = r.optimiser.model;
    const pool = model?.pool;
    if (!pool) continue;
    const members = optimisersOf(r);
    if (members.some(m => m.model?.name !== model.name))
      throw new ApicalError(
        'APICAL_CIRCUIT',
        `${p.name}: ${model.name} pools weights and biases: give both to it`,
      );
    for (const m of members) {
      const where = `${r.name}/${model.name}/pool`;
      const language = { where, block: model.name, key: 'pool.of', choices: m.choices, functions: {} };
      const scope = within(scopeOf({ value: arrayOperand('value', m.pooled!) }), m.scope);
      const statements = parseAssignment('value', pool.of, language);
      operations.push(
        compiler.block(statements, scope, m.weights.length, language, unitsOfOptimiser(model), 1),
      );
    }
    const pooled = members.map(m => m.pooled!);
    if (pool.over === 'network') network.set(model.name, [...(network.get(model.name) ?? []), ...pooled]);
    else if (pool.over === 'projection') operations.push({ op: 'mean-over', arrays: pooled });
    else operations.push(...overNeurons(compiler, p, model.name, pooled));
  }
  for (const arrays of network.values()) operations.push({ op: 'mean-over', arrays });
  return operations;
}
/** A neuron is one that receives: a row of the stored weights, or a column where they are those of the way back. */
function overNeurons(
  compiler: BlockCompiler,
  p: BuiltProjection,
  optimiser: string,
  pooled: readonly FloatArray[],
): Operation[] {
  const [weights, bias] = pooled;
  const { memory } = compiler.network;
  const [first = 0, ...rest] = p.connectivity.shape(p.bundle);
  const rows = p.reversed ? count(rest) : first;
  if (p.bundle.perSample || (p.reversed && rest.length > 1) || (bias && bias.length !== rows))
    throw new ApicalError(
      'APICAL_CIRCUIT',
      `${p.name}: ${optimiser} pools over a neuron, which these synapses do not have (fast, or shared over a map)`,
    );
  const means = (a: FloatArray): Operation[] =>
    Array.from({ length: rows }, (_, i) => ({
      op: 'mean-over',
      arrays: [rowOf(a, i, rows), ...(bias ? [rowOf(bias, i, rows)] : [])],
    }));
  if (!p.reversed) return means(weights!);
  const turned = memory.allocate(weights!.length);
  const turn = (source: FloatArray, into: FloatArray, from: number): Operation => ({
    op: 'transpose',
    into,
    source,
    rows: from,
    cols: source.length / from,
    gain: memory.allocateCell(1),
  });
  return [turn(weights!, turned, first), ...means(turned), turn(turned, weights!, rows)];
}
const rowOf = (a: FloatArray, row: number, rows: number): FloatArray =>
  a.subarray((row * a.length) / rows, ((row + 1) * a.length) / rows);

/** What must hold of weights after every application: `w = max(w, 0)`. */
export function constrain(compiler: BlockCompiler, p: BuiltProjection): Operation[] {
  if (!p.spec.constraint) return [];
  const { weights } = p.bundle;
  const language = {
    where: `${p.name}/constraint`,
    block: p.name,
    key: 'constraint',
    choices: {},
    functions: {},
  };
  const statements = parseBlock(p.spec.constraint, language);
  const scope = scopeOf({ w: arrayOperand('w', weights) });
  const body = [compiler.block(statements, scope, weights.length, language, () => undefined, 1)];
  return [{ op: 'when', cell: p.plastic, body }];
}
