/** Elementwise passes of a backend against the interpreter of trees, and against loops written here. */
import type { Elementwise, FloatArray, Operand } from '@apical/core';
import { interpret, leaf, lower, parseBlock, treeCall } from '@apical/equations';
import type { Bench } from './bench.js';
import { close, type Check } from './check.js';

/** Every function, broadcasting, reductions, d/dt groups. */
const blocks = [
  'y = exp(x / 3) + log(abs(x) + 0.1) + sqrt(abs(x))',
  'y = tanh(x) - sigmoid(2 * x) * softplus(x)',
  'y = relu(x) + sign(x) * abs(x) - clip(x, -0.5, 0.5)',
  'y = where(x > 0.2, min(x, s), max(x, g)) + (x <= 0) * 2 - (x >= 1) + (x == x)',
  'y = x ** 2 - 2 ** (x / 2) + (x ** 2 + 1) ** g',
  's = sum(x) + mean(y)\ny = x - s / largest(x)',
  'dx/dt = -x / tau + y\ndy/dt = x - y\ny += g * x',
  'e = exp(x - largest(x))\ny = e / sum(e)',
];
function elementwise(bench: Bench, text: string, batch: number, units: number): void {
  const arrays = { x: bench.array(batch * units), y: bench.array(batch * units), s: bench.array(batch) };
  const scalars = { g: bench.cell(0.3), tau: bench.cell(5), dt: bench.cell(0.1) };
  const operandsOf = (from: Readonly<Record<string, FloatArray>>) => ({
    find: (name: string) => {
      const data = from[name];
      if (!data) return undefined;
      const extent = name in scalars ? 'scalar' : name === 's' ? 'sample' : 'neuron';
      return { name, extent, data, units: extent === 'neuron' ? units : 1 } as const;
    },
    names: () => Object.keys(from),
  });
  const language = { where: 'conformance', choices: {}, functions: {} };
  const all: Record<string, FloatArray> = { ...arrays, ...scalars };
  const exact = Object.fromEntries(Object.entries(all).map(([k, v]) => [k, Float64Array.from(v)]));
  const statements = parseBlock(text, language);
  const make = (from: Readonly<Record<string, FloatArray>>, allocate: (n: number) => FloatArray) =>
    lower(statements, operandsOf(from), { batch, units }, 'conformance', allocate);
  interpret(make(exact, n => new Float64Array(n)))();
  bench.run(make(all, n => bench.memory.allocate(n)));
  for (const [name, want] of Object.entries(exact))
    close(`${text.replace('\n', '; ')} → ${name}`, all[name]!, want, bench.tolerance);
}
/** y ← x + s p, with s per sample and one p for all samples: an outer product that nobody stores. */
function sharedRow(bench: Bench, batch: number, units: number): void {
  const [x, y] = [bench.array(batch * units), bench.array(batch * units)];
  const [s, p] = [bench.array(batch), bench.array(units)];
  const want = Float64Array.from(x, (v, i) => v + s[Math.floor(i / units)]! * p[i % units]!);
  const operands: readonly Operand[] = [
    { name: 'x', extent: 'neuron', data: x, units },
    { name: 's', extent: 'sample', data: s, units: 1 },
    { name: 'p', extent: 'neuron', data: p, units, shared: true },
    { name: 'y', extent: 'neuron', data: y, units },
  ];
  const value = treeCall('add', leaf(0), treeCall('multiply', leaf(1), leaf(2)));
  const body = [{ to: { operand: 3 }, value }];
  const op: Elementwise = {
    op: 'elementwise',
    where: 'conformance',
    batch,
    operands,
    passes: [{ kind: 'loop', over: 'neuron', units, body }],
  };
  bench.run(op);
  close(`one row for ${batch} samples of ${units} units`, y, want, bench.tolerance);
  y.fill(0);
  interpret(op)();
  close('the same, interpreted', y, want, bench.tolerance);
}
export const passChecks = (bench: Bench): Check[] => [
  ...blocks.map(text => ({
    name: text.replace('\n', '; '),
    run: () =>
      [
        [1, 1],
        [2, 3],
        [3, 8],
        [2, 13],
      ].forEach(([batch, units]) => elementwise(bench, text, batch!, units!)),
  })),
  {
    name: 'one row for all samples',
    run: () =>
      [
        [1, 5],
        [3, 3],
        [40, 3],
        [5, 90],
      ].forEach(([batch, units]) => sharedRow(bench, batch!, units!)),
  },
];
