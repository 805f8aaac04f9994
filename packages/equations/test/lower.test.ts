/** Lowering and the two ways to run its result: broadcasting, groups, reductions, fusion, locals, no garbage. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import type { Elementwise, Extent, FloatArray, Operand, Step } from '@apical/core';
import {
  callable,
  builtins,
  emitJs,
  emitSource,
  EquationError,
  interpret,
  lower,
  parseBlock,
  reductions,
  type Language,
  type Scope,
} from '../src/index.js';

const batch = 3;
const units = 5;
type Maker = (length: number, extent?: Extent) => FloatArray;
const float64: Maker = n => new Float64Array(n);
const float32: Maker = (n, extent) => (extent === 'scalar' ? new Float64Array(n) : new Float32Array(n));
const plain: Language = { where: 'hidden1/forward', choices: {}, functions: {} };

function operand(name: string, extent: Extent, make: Maker = float64, n = units): Operand {
  const own = extent === 'neuron' ? n : 1;
  const length = { scalar: 1, sample: batch, neuron: batch * n }[extent];
  return { name, extent, units: own, data: extent === 'scalar' ? new Float64Array(1) : make(length) };
}
const scopeOf = (all: readonly Operand[]): Scope => ({
  find: name => all.find(o => o.name === name),
  names: () => all.map(o => o.name),
});
function block(text: string, all: readonly Operand[], make: Maker = float64): Elementwise {
  return lower(parseBlock(text, plain), scopeOf(all), { batch, units }, plain, make);
}
const fill = (o: Operand, value: (k: number) => number): Operand => {
  for (let k = 0; k < o.data.length; k++) o.data[k] = value(k);
  return o;
};
/** A population: two signals and an input per neuron, one per sample, three numbers. */
function population(
  make: Maker = float64,
): Record<string, Operand> & Record<'u' | 'v' | 'w' | 'g' | 's' | 'k' | 'tau' | 'dt', Operand> {
  const all = {
    u: fill(operand('u', 'neuron', make), k => Math.sin(k)),
    v: fill(operand('v', 'neuron', make), k => Math.cos(2 * k)),
    w: fill(operand('w', 'neuron', make), k => k / 7 - 1),
    g: fill(operand('g', 'sample', make), b => 0.5 + b),
    s: fill(operand('s', 'sample', make), b => 2 - b),
    k: fill(operand('k', 'scalar'), () => 0.3),
    tau: fill(operand('tau', 'scalar'), () => 10),
    dt: fill(operand('dt', 'scalar'), () => 0.1),
  };
  return all;
}
const kinds = (op: Elementwise): string[] =>
  op.passes.map(p => (p.kind === 'loop' ? p.over : `${p.by} of ${p.units}`));
function thrown(act: () => unknown): EquationError {
  try {
    act();
  } catch (e) {
    if (e instanceof EquationError) return e;
    throw e;
  }
  throw new Error('nothing was thrown');
}

t.test('values are broadcast from one number over samples to neurons', async t => {
  const p = population();
  const all = Object.values(p);
  const before = Array.from(p.u.data);
  emitJs(block('g = k * 2\nw = u * g + k\nu += s', all))();
  t.same(Array.from(p.g.data), [0.6, 0.6, 0.6]);
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < units; i++) {
      const at = b * units + i;
      t.equal(p.w.data[at], before[at]! * 0.6 + 0.3);
      t.equal(p.u.data[at], before[at]! + (2 - b));
    }
  emitJs(block('u = 1\nu *= 3\nu -= 0.5', all))();
  t.ok(p.u.data.every(x => x === 2.5));
});

t.test('lines of one d/dt group read values from before the group', async t => {
  const p = population();
  const [u, v] = [Array.from(p.u.data), Array.from(p.v.data)];
  const op = block('du/dt = v - mean(u)\n\n  dv/dt = -u # swapped\nw = u', Object.values(p));
  emitJs(op)();
  for (let k = 0; k < batch * units; k++) {
    const b = Math.floor(k / units);
    const mean = u.slice(b * units, (b + 1) * units).reduce((a, x) => a + x, 0) / units;
    t.equal(p.u.data[k], u[k]! + 0.1 * (v[k]! - mean));
    t.equal(p.v.data[k], v[k]! + 0.1 * -u[k]!);
    t.equal(p.w.data[k], p.u.data[k], 'a line after the group reads the new value');
  }
  t.same(kinds(op), ['mean of 5', 'neuron']);
});

t.test('states per sample and single numbers have d/dt too, and what was written above is read', async t => {
  for (const make of [emitJs, interpret]) {
    const p = population();
    const [g, s] = [Array.from(p.g.data), Array.from(p.s.data)];
    const text = 'dg/dt = s - g\nds/dt = g\nw = 0\ndk/dt = -k\ntau = 2 * k\nu = tau * g';
    make(block(text, Object.values(p)))();
    for (let b = 0; b < batch; b++) {
      t.equal(p.g.data[b], g[b]! + 0.1 * (s[b]! - g[b]!));
      t.equal(p.s.data[b], s[b]! + 0.1 * g[b]!);
      t.equal(p.u.data[b * units], 2 * (0.3 + 0.1 * -0.3) * p.g.data[b]!);
    }
  }
  const p = population();
  emitJs(block('k = 2\nu = exp(k)\nk = 3\nv = exp(k)\ng = k', Object.values(p)))();
  t.same([p.u.data[0], p.v.data[0], p.g.data[0]], [Math.exp(2), Math.exp(3), 3], 'each reads its own');
});

t.test('mistakes of shape and name', async t => {
  const p = population();
  const other = operand('other', 'neuron', float64, 4);
  const cases: [text: string, why: RegExp, column: number][] = [
    ['g = u', /"g" is one value per sample, its right side one value per neuron; sum, mean or largest/, 0],
    ['k = g', /"k" is one number, its right side one value per sample$/m, 0],
    ['  k += u', /"k" is one number, its right side one value per neuron/, 2],
    ['u = v + other', /"other" has 4 units, the others here have 5/, 8],
    ['u = other', /"u" has 5 units, its right side 4/, 0],
    ['u = v + uu', /unknown name "uu"; did you mean "u"\? Known: dt, g, k, other, s, tau, u, v, w/, 8],
    ['u = toString', /unknown name "toString"/, 4],
    ['x = u', /unknown name "x".*; a local must be read in its own block/, 0],
    ['x += u', /unknown name "x".*; a local begins with =/, 0],
    ['u = q\nq = v', /"q" is read before it is assigned/, 4],
    ['u = sum(g)', /sum needs a value per neuron; this is one value per sample/, 4],
    ['u = mean(k)', /mean needs a value per neuron; this is one number/, 4],
    [
      'du/dt = v\ndg/dt = s',
      /lines of one d\/dt group must be alike: "u" is one value per neuron, "g" one value per/,
      1,
    ],
    ['du/dt = v\ndw/dt = u\ndu/dt = w', /"u" has two d\/dt lines in one group: write one sum/, 1],
    ['u = sum', /unknown name "sum"; write sum\(…\), it is a function/, 4],
    ['q += u\nw = q', /unknown name "q"\. Known.*; a local begins with =/, 0],
    ['dq/dt = u\nw = q', /unknown name "q"\. Known.*; a local begins with =/, 1],
    ['q = u\ndq/dt = g + q\nu = q', /^$/, -1],
    ['q = 1\ndq/dt = u + q\nu = q', /"q" is one number, its right side one value per neuron/, 1],
  ];
  for (const [text, why, column] of cases) {
    const all = [...Object.values(p), other];
    if (column < 0) {
      t.doesNotThrow(() => block(text, all), text);
      continue;
    }
    const e = thrown(() => block(text, all));
    t.match(e.message, why, text);
    t.equal(e.column, column, `column of ${text}`);
  }
  const noDt = thrown(() => block('du/dt = v', [p.u, p.v]));
  t.match(noDt.message, /unknown name "dt"/);
  const short = { ...p.u, name: 'short', data: new Float64Array(4) };
  for (const text of ['v = short', 'short = v', 'short += v'])
    t.match(
      thrown(() => block(text, [p.v, short])).message,
      /"short" holds 4 numbers; 3 samples of 5 units .* would be 15/,
    );
  t.match(
    thrown(() => block('u = bad', [p.u, { ...p.g, name: 'bad', data: new Float64Array(2) }])).message,
    /"bad" holds 2 numbers; one value per sample \(batch 3\) would be 3/,
  );
  const inActivation = thrown(() => {
    const phi = { name: 'leaky', value: 'x * slop' };
    const statements = parseBlock('u = phi(v)', { ...plain, functions: { phi } });
    return lower(statements, scopeOf([p.u, p.v]), { batch, units }, 'hidden1/forward', float64);
  });
  t.match(inActivation, {
    where: 'hidden1/forward, activation leaky',
    line: 'x * slop',
    column: 4,
    block: 'leaky',
  });
  const unused = thrown(() => {
    const phi = { name: 'odd', forward: 'unused = x\ny = x' };
    const statements = parseBlock('u = phi(v)', { ...plain, functions: { phi } });
    return lower(statements, scopeOf([p.u, p.v]), { batch, units }, plain, float64);
  });
  t.match(unused.message, /activation odd: unknown name "unused"/);
});

t.test('loops of one extent become one pass wherever nothing depends on the order', async t => {
  const p = population();
  const all = Object.values(p);
  t.same(kinds(block('u = v\nv = w\nw = u', all)), ['neuron']);
  t.same(kinds(block('u = v\nq = 1 / tau\nw = u * q', all)), ['scalar', 'neuron'], 'a number goes first');
  t.same(
    kinds(block('u = v\ng = s * 2\nw = u * g\ns = g', all)),
    ['sample', 'neuron'],
    'so does a value per sample',
  );
  t.same(
    kinds(block('w = u\nv = sum(u) * u', all)),
    ['sum of 5', 'neuron'],
    'a sum that is independent goes first',
  );
  t.same(
    kinds(block('u = v\nw = sum(u)', all)),
    ['neuron', 'sum of 5', 'neuron'],
    'one that depends does not',
  );
  t.same(kinds(block('w = u * g\ng = 3\nv = u', all)), ['neuron', 'sample'], 'what is read is not overtaken');
  t.same(kinds(block('w = g\ng = 3\nv = g', all)), ['neuron', 'sample', 'neuron']);
  t.same(kinds(block('', all)), []);
  t.doesNotThrow(emitJs(block('# nothing', all)), 'an empty block does nothing');
  const four = operand('four', 'neuron', float64, 4);
  t.same(
    block('u = 1\nfour = 2\nv = 3', [...all, four]).passes.map(x => x.units),
    [5, 4],
  );
});

t.test('equal reductions of equal values are done once', async t => {
  const p = population();
  const all = Object.values(p);
  t.same(kinds(block('w = u / sum(u) + sum(u)\nv = sum(u)', all)), ['sum of 5', 'neuron']);
  t.same(kinds(block('w = sum(u) + mean(u) + sum(u * 2)', all)), [
    'sum of 5',
    'mean of 5',
    'sum of 5',
    'neuron',
  ]);
  const changed = block('v = sum(u ** 2)\nu += 1\nw = sum(u ** 2)', all);
  t.equal(kinds(changed).filter(k => k.startsWith('sum')).length, 2, 'u has changed in between');
  const sums = Array.from({ length: batch }, (_, b) =>
    Array.from(p.u.data.subarray(b * units, (b + 1) * units)).reduce((a, x) => a + (x + 1) ** 2, 0),
  );
  emitJs(changed)();
  for (let b = 0; b < batch; b++) t.ok(Math.abs(p.w.data[b * units]! - sums[b]!) < 1e-12);
  const nested = block('w = sum(u / sum(u))', all);
  emitJs(nested)();
  t.ok(p.w.data.every(x => Math.abs(x - 1) < 1e-14));
});

t.test('a local of one pass is a temporary, others are scratch of the right length', async t => {
  const p = population();
  const all = Object.values(p);
  const lengths: number[] = [];
  const make: Maker = (n, extent) => {
    if (extent !== 'scalar') lengths.push(n);
    return new Float64Array(n);
  };
  const one = block('q = u * 2\nw = q + q ** 2', all, make);
  t.same([lengths, one.operands.map(o => o.name)], [[], ['u', 'w']]);
  const many = block('q = u * 2\nscale = g * 2\nrate = 1 / tau\nw = (q - sum(q)) * scale * rate', all, make);
  t.same(
    lengths.sort((a, b) => a - b),
    [batch, batch, batch * units],
  );
  const rate = many.operands.find(o => o.name === 'rate')!;
  t.ok(rate.data instanceof Float64Array && rate.data.length === 1, 'a number is a cell in every run');
  t.same(kinds(block('a = 1 / tau\nb = a * 2\nk = b', all)), ['scalar']);
  emitJs(block('q = 0\nq += u\nq = q + 1\nw = q\nq = 7\nk = q', all))();
  t.ok(
    p.w.data.every((x, k) => x === p.u.data[k]! + 1),
    'a wider value makes a new local of the same name',
  );
});

t.test('two names of one memory are one operand', async t => {
  const p = population();
  const view = { ...p.u, name: 'view', data: p.u.data.subarray(0) };
  const op = block('w = u\nview = v\ng = largest(u)', [...Object.values(p), view]);
  t.equal(op.operands.filter(o => o.data.buffer === p.u.data.buffer).length, 1);
  t.same(
    kinds(op),
    ['neuron', 'largest of 5', 'sample'],
    'the reduction sees the write through the other name',
  );
  emitJs(op)();
  t.equal(p.g.data[0], Math.max(...p.v.data.subarray(0, units)));
  const samples = fill(operand('samples', 'sample'), b => b);
  const part = { ...p.u, name: 'part', units: 1, data: samples.data.subarray(0) };
  const mixed = block('g = samples\npart = 9\ns = samples', [p.g, p.s, samples, part]);
  t.same(kinds(mixed), ['sample', 'neuron', 'sample'], 'shared memory of another extent keeps its order');
  const twice = block('samples = g\npart = 9\nsamples = s', [p.g, p.s, samples, part]);
  t.same(kinds(twice), ['sample', 'neuron', 'sample'], 'also where nobody reads in between');
});

t.test('memory that overlaps in part keeps the order of the lines', async t => {
  const memory = new Float64Array(20);
  const all = [
    { ...operand('a', 'neuron'), data: memory.subarray(0, 15) },
    { ...operand('b', 'neuron'), data: memory.subarray(2, 17) },
    fill(operand('x', 'neuron'), k => k + 1),
    operand('y', 'neuron'),
    operand('before', 'sample'),
    operand('after', 'sample'),
  ];
  const op = block('before = sum(b)\na = x\ny = b\nafter = sum(b)', all);
  emitJs(op)();
  t.same(Array.from(all[3]!.data), [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 0]);
  t.same(Array.from(all[4]!.data), [0, 0, 0], 'the sum from before');
  t.same(Array.from(all[5]!.data), [25, 50, 42], 'is not taken for the one after');
  // a population of one unit and a value per sample in the same array
  const shared = new Float64Array(batch);
  const one = { ...operand('one', 'neuron', float64, 1), data: shared };
  const sample = { ...operand('sample', 'sample'), data: shared };
  const z = fill(operand('z', 'neuron', float64, 1), b => b + 7);
  const out = operand('out', 'neuron', float64, 1);
  emitJs(block('one = z\nout = sample', [one, sample, z, out]))();
  t.same(Array.from(out.data), [7, 8, 9]);
});

t.test('constants are folded, and a square is a product', async t => {
  const p = population();
  const all = Object.values(p);
  const [pass] = block('u = 2 * 3 + v ** (1 + 1)', all).passes;
  t.match(pass, {
    body: [
      {
        value: {
          name: 'add',
          args: [
            { kind: 'number', value: 6 },
            { name: 'multiply', args: [{ kind: 'operand' }, { kind: 'operand' }] },
          ],
        },
      },
    ],
  });
  const source = emitSource(block('u = (v + w) ** 2 + v ** 3 + (-1) ** 2', all));
  t.equal(source.match(/Math\.pow/g)?.length, 1, 'only the cube is a power');
  t.match(source, /\/\/# sourceURL=apical\/hidden1\/forward$/);
  const odd = lower(parseBlock('u = 1', plain), scopeOf(all), { batch, units }, 'a b\n"c', float64);
  t.match(emitSource(odd), /sourceURL=apical\/a_b__c$/, 'a name cannot break out of its comment');
});

t.test('names of the author never meet generated ones', async t => {
  const names = ['b', 'i', 'sum', 'end', 'data', 'a0_b', 't0', 'c0', 'v', '_', 'Math', 'return', 'x$'];
  const all = names.slice(0, -1).map((n, k) => fill(operand(n, 'scalar'), () => k + 1));
  const out = operand('out', 'neuron');
  emitJs(block(`out = ${all.map(o => o.name).join(' + ')} + softplus(Math - 11)`, [...all, out]))();
  t.equal(out.data[0], 78 + Math.log(2));
});

t.test('NaN, infinities and signed zero go through as in JavaScript', async t => {
  const p = population();
  const all = Object.values(p);
  for (const make of [emitJs, interpret]) {
    fill(p.u, k => [NaN, 1, -Infinity, -0, 3][k % 5]!);
    make(block('w = max(u, 0)\ng = largest(u)\nv = where(u > 0, 1, 0)', all))();
    t.same(Array.from(p.w.data.subarray(0, 5)), [NaN, 1, 0, 0, 3]);
    t.same(Array.from(p.v.data.subarray(0, 5)), [0, 1, 0, 0, 1]);
    t.same(p.g.data[0], NaN, 'a NaN is not hidden by what is larger');
    make(block('w = 1 / (0 * -1)\nv = softplus(1000) - softplus(-1000)\nu = sigmoid(-1000) + 1e999', all))();
    t.equal(p.w.data[0], -Infinity);
    t.equal(p.v.data[0], 1000);
    t.equal(p.u.data[0], Infinity);
  }
});

/** A seeded stream of numbers between 0 and 1, good enough to choose among forms. */
function chooser(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
/** A random block that is legal by construction: names known by extent, locals assigned before they are read. */
function randomBlock(next: () => number): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  const known: Record<Extent, string[]> = {
    scalar: ['k', 'tau', 'dt'],
    sample: ['g', 's'],
    neuron: ['u', 'v', 'w'],
  };
  const readable = (extent: Extent): string[] => [
    ...known.scalar,
    ...(extent === 'scalar' ? [] : known.sample),
    ...(extent === 'neuron' ? known.neuron : []),
  ];
  const expression = (extent: Extent, depth: number): string => {
    const inner = (): string => expression(extent, depth - 1);
    if (depth === 0)
      return next() < 0.3
        ? (next() * 4 - 1).toPrecision(3).replace(/^-(.*)/, '(-$1)')
        : pick(readable(extent));
    const form = next();
    if (form < 0.45)
      return `(${inner()} ${pick(['+', '-', '*', '/', '<', '>', '<=', '>=', '=='])} ${inner()})`;
    if (form < 0.52) return `(-${inner()})`;
    if (form < 0.6) return `${inner()} ** ${pick(['2', '3', '(-1)', '0.5'])}`;
    if (form < 0.7 && extent !== 'scalar')
      return `${pick(reductions)}(${expression('neuron', depth - 1)} + 0 * u)`;
    const name = pick(callable);
    return `${name}(${Array.from({ length: builtins[name].arity }, inner).join(', ')})`;
  };
  const lines: string[] = [];
  const locals: string[] = [];
  for (let k = 0; k < 9; k++) {
    const extent = pick(['scalar', 'sample', 'neuron', 'neuron', 'neuron'] as const);
    const form = next();
    if (form < 0.3) {
      const local = `local${k}`;
      // with one name of its extent, so that the local has it
      const anchor = { scalar: 'k', sample: 'g', neuron: 'u' }[extent];
      lines.push(`${local} = ${anchor} + ${expression(extent, 2)}`);
      locals.push(local);
      known[extent].push(local);
    } else if (form < 0.45 && !lines.at(-1)?.startsWith('d'))
      lines.push(`du/dt = ${expression('neuron', 2)}`, `dw/dt = ${expression('neuron', 2)}`);
    else
      lines.push(
        `${pick(known[extent].filter(n => n !== 'dt'))} ${pick(['=', '+=', '-=', '*='])} ${expression(extent, 3)}`,
      );
  }
  // whatever was assigned is read once more
  if (locals.length) lines.push(`v = ${locals.join(' + ')}`);
  return lines.join('\n');
}
/** One statement after the other, each lowered on its own: no fusion, no moving, no sharing. */
function oneByOne(text: string, all: Operand[], make: Maker): Step {
  const statements = parseBlock(text, plain);
  const steps: Step[] = [];
  const locals = [...all];
  for (let k = 0; k < statements.length;) {
    let end = k + 1;
    if (statements[k]!.op === 'd') while (statements[end]?.op === 'd') end++;
    const group = statements.slice(k, end);
    k = end;
    for (const s of group)
      if (!locals.some(o => o.name === s.target)) {
        const anchor = /= (\w)/.exec(s.line)![1]!;
        const { extent } = all.find(o => o.name === anchor)!;
        locals.push(operand(s.target, extent, make));
      }
    steps.push(interpret(lower(group, scopeOf(locals), { batch, units }, plain, make)));
  }
  return () => steps.forEach(step => step());
}
t.test('emitted code, interpreter, and statements one by one agree on random blocks', async t => {
  for (const [dtype, make] of [
    ['float64', float64],
    ['float32', float32],
  ] as const) {
    const next = chooser(20261128);
    let compared = 0;
    for (let trial = 0; trial < 100; trial++) {
      const text = randomBlock(next);
      const runs = [
        (all: Operand[]) => emitJs(block(text, all, make)),
        (all: Operand[]) => interpret(block(text, all, make)),
        // locals in one pass are doubles also in a float32 run, on their own they are not
        ...(dtype === 'float64' ? [(all: Operand[]) => oneByOne(text, all, make)] : []),
      ].map(prepare => {
        const p = population(make);
        const step = prepare(Object.values(p));
        step();
        step();
        return Object.values(p).flatMap(o => Array.from(o.data));
      });
      for (const other of runs.slice(1))
        if (!other.every((x, k) => Object.is(x, runs[0]![k])))
          t.strictSame(
            other,
            runs[0],
            `${dtype}, trial ${trial}
${text}`,
          );
      compared += runs[0]!.filter(Number.isFinite).length;
    }
    t.ok(compared > 100 * 20, `enough finite numbers were compared: ${compared}`);
  }
});

t.test('running allocates nothing', async t => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (const make of [float64, float32]) {
    const p = population(make);
    const op = block(
      `rate = 1 / tau
      q = exp(u - largest(u))
      du/dt = (v - u) * rate + softplus(w * g)
      dw/dt = -w * rate
      k = k * 0.999
      g = mean(u ** 2) + 0.1
      v = clip(q / sum(q), 0, 1) + sigmoid((u + k) ** 2)`,
      Object.values(p),
      make,
    );
    const step = emitJs(op);
    const grown = (steps: number): number => {
      collect();
      const before = process.memoryUsage().heapUsed;
      for (let n = 0; n < steps; n++) step();
      return (process.memoryUsage().heapUsed - before) / steps;
    };
    // the first runs are interpreted byte code, which boxes numbers
    grown(30_000);
    // on a busy machine the compiler is late and others allocate: garbage of a step would show in every round
    let bytes = Infinity;
    for (let round = 0; round < 30 && bytes >= 1; round++) bytes = Math.min(bytes, grown(10_000));
    t.ok(bytes < 1, `${bytes} bytes a step`);
  }
});
