/** direction = Σ gain · mean_b(post ⊗ pre) [∘ weights]; the bias likewise with pre = 1. */
import { ApicalError, unknownName } from '@apical/core';
import type { Cell, FloatArray, Operation, Term } from '@apical/core';
import { parseAssignment } from '@apical/equations';
import { languageOf, type BuiltProjection, type BuiltRule, type Side } from './built.js';
import type { BlockCompiler } from './block.js';
import { scopeOf, within } from './scope.js';
import { unitsOfRule } from './units.js';

export function gather(compiler: BlockCompiler, p: BuiltProjection, r: BuiltRule): Operation[] {
  const operations: Operation[] = [{ op: 'fill', into: r.direction, value: 0 }];
  if (r.biasDirection) operations.push({ op: 'fill', into: r.biasDirection, value: 0 });
  const buffers: Partial<Record<Side, FloatArray>> = {};
  r.rule.update.terms.forEach((term, k) => {
    operations.push(...gatherTerm(compiler, p, r, term, r.gains[k]!, buffers));
  });
  return operations;
}
function gatherTerm(
  compiler: BlockCompiler,
  p: BuiltProjection,
  r: BuiltRule,
  term: Term,
  gain: Cell,
  buffers: Partial<Record<Side, FloatArray>>,
): Operation[] {
  const { direction, biasDirection } = r;
  const { memory } = compiler.network;
  const by = term.times === undefined ? undefined : weightsOf(compiler, p, r, term.times);
  const operations: Operation[] = [];
  // factors that are 1 are missing: a plain decay is not summed over the positions of a convolution
  if (by && isOne(compiler, r, 'post', term.post) && isOne(compiler, r, 'pre', term.pre)) {
    operations.push({ op: 'add', into: direction, from: by.bundle.weights, gain });
    if (biasDirection) operations.push({ op: 'add', into: biasDirection, from: by.bias!, gain });
    return operations;
  }
  const post = factor(compiler, p, r, 'post', term.post, buffers, operations);
  const pre = factor(compiler, p, r, 'pre', term.pre, buffers, operations);
  if (!by) operations.push(...correlate(p, r, direction, post, pre, gain));
  else {
    const part = memory.allocate(direction.length);
    operations.push({ op: 'fill', into: part, value: 0 });
    operations.push(...correlate(p, r, part, post, pre, memory.allocateCell(1)));
    operations.push({ op: 'add-product', into: direction, a: part, b: by.bundle.weights, gain });
  }
  if (biasDirection) operations.push(correlateBias(p, r, biasDirection, post, gain, by?.bias));
  return operations;
}
/** The projection whose weights a term multiplies with; it has the shape of ours. */
function weightsOf(compiler: BlockCompiler, p: BuiltProjection, r: BuiltRule, role: string): BuiltProjection {
  const name = r.use.uses?.weights?.[role];
  if (role !== 'W' && name === undefined)
    throw unknownName(`weights that ${r.name} multiplies with`, role, [
      'W',
      ...Object.keys(r.use.uses?.weights ?? {}),
    ]);
  const other = name === undefined ? p : compiler.network.projection(name);
  const shapes = [other, p].map(q => q.connectivity.shape(q.bundle).join());
  const alike = shapes[0] === shapes[1] && other.bundle.weights.length === r.direction.length;
  if (!alike || (r.biasDirection && other.bias?.length !== r.biasDirection.length))
    throw new ApicalError(
      'APICAL_SHAPE',
      `${r.name} multiplies with the weights of ${other.name}: they must have the shape (and the bias) of ${p.name}`,
    );
  return other;
}
function isOne(compiler: BlockCompiler, r: BuiltRule, side: Side, text: string | undefined): boolean {
  if (text === undefined) return true;
  const language = languageOf(r.ends[side].population, r.choices, r.name, r.rule.name, 'update');
  const [only, more] = parseAssignment('factor', text, language);
  return !more && only!.value.kind === 'number' && only!.value.value === 1;
}
/** One end's factor as an array: a signal itself, or an expression in a buffer shared by the terms. */
function factor(
  compiler: BlockCompiler,
  p: BuiltProjection,
  r: BuiltRule,
  side: Side,
  text: string | undefined,
  buffers: Partial<Record<Side, FloatArray>>,
  operations: Operation[],
): FloatArray {
  const { population, scope } = r.ends[side];
  const { network } = compiler;
  const where = `${r.name}/${side}`;
  const key = `update.terms.${r.rule.update.terms.findIndex(t => t[side] === text)}.${side}`;
  const language = languageOf(population, r.choices, where, r.rule.name, key);
  const statements = parseAssignment('factor', text ?? '1', language);
  const only = statements[0]!.value;
  if (statements.length === 1 && only.kind === 'name') {
    const found = scope.find(only.name);
    if (found?.extent === 'neuron' && found.units === population.units) {
      compiler.read(found.data, where);
      return found.data;
    }
  }
  const data = (buffers[side] ??= network.memory.allocate(population.units * network.batch));
  const own = scopeOf({ factor: { name: 'factor', extent: 'neuron', data, units: population.units } });
  const unitOf = unitsOfRule(p, r, side);
  operations.push(compiler.block(statements, within(own, scope), population.units, language, unitOf));
  return data;
}
function correlate(
  p: BuiltProjection,
  r: BuiltRule,
  into: FloatArray,
  post: FloatArray,
  pre: FloatArray,
  gain: Cell,
): readonly Operation[] {
  const c = p.connectivity;
  if (!c.correlate) throw new ApicalError('APICAL_CIRCUIT', `${p.name}: ${c.name} has no weights to learn`);
  const swap = p.reversed !== (r.use.exchanged ?? false);
  return swap ? c.correlate(p.bundle, into, pre, post, gain) : c.correlate(p.bundle, into, post, pre, gain);
}
function correlateBias(
  p: BuiltProjection,
  r: BuiltRule,
  into: FloatArray,
  post: FloatArray,
  gain: Cell,
  by: FloatArray | undefined,
): Operation {
  // the bias belongs to the unit that receives: with exchanged ends the rule's pre factor is there
  if (r.use.exchanged)
    throw new ApicalError(
      'APICAL_CIRCUIT',
      `${r.name} works with exchanged ends: ${p.name} can have no bias`,
    );
  const area = p.post.units / into.length;
  const scale = 1 / p.bundle.batch / (p.connectivity.biasMean ? area : 1);
  return { op: 'correlate-bias', into, post, area, scale, gain, ...(by ? { by } : {}) };
}
