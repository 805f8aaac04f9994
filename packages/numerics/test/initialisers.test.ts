import type { Initialiser } from '@apical/core';
import t from 'tap';
import { createRandomSource, fansOf, initialisers, mean, standardDeviation } from '../src/index.js';

const named = (name: string): Initialiser => initialisers.find(i => i.name === name)!;
function fill(
  name: string,
  shape: number[],
  parameters: Record<string, number> = {},
  seed = 1,
): Float64Array {
  const into = new Float64Array(shape.reduce((a, b) => a * b, 1));
  named(name).fill(into, shape, parameters, createRandomSource(seed).stream('init/W'));
  return into;
}

t.test(
  'every initialiser is named once, documented, and gives the same numbers for the same stream',
  async t => {
    t.equal(new Set(initialisers.map(i => i.name)).size, initialisers.length);
    for (const { name, doc, parameters } of initialisers) {
      t.ok(doc.length > 5 && Object.values(parameters).every(p => p.doc.length > 3), name);
      t.same(fill(name, [4, 5]), fill(name, [4, 5]), `${name} repeats`);
      t.ok(
        fill(name, [4, 3, 2, 2]).every(x => Number.isFinite(x)),
        `${name} fills kernels`,
      );
    }
    t.throws(() => (initialisers as Initialiser[]).pop(), TypeError, 'the list is frozen');
  },
);

t.test('fans follow the shape', async t => {
  t.same(fansOf([4, 5]), { fanIn: 5, fanOut: 4 });
  t.same(fansOf([4, 3, 2, 5]), { fanIn: 30, fanOut: 40 });
  t.equal(fansOf([4]), undefined);
});

t.test('spread and bounds are those of the papers', async t => {
  const shape = [160, 90];
  const kernel = [40, 9, 5, 4];
  const r3 = Math.sqrt(3);
  const cases: [string, number[], Record<string, number>, number, number][] = [
    ['uniform', shape, {}, 1 / r3, 1],
    ['uniform', shape, { scale: 0.05 }, 0.05 / r3, 0.05],
    ['normal', shape, { std: 0.3 }, 0.3, Infinity],
    ['xavier-uniform', shape, {}, Math.sqrt(2 / 250), Math.sqrt(6 / 250)],
    ['xavier-normal', shape, { gain: 2 }, 2 * Math.sqrt(2 / 250), Infinity],
    ['xavier-normal', kernel, {}, Math.sqrt(2 / (180 + 800)), Infinity],
    ['he-uniform', shape, {}, Math.sqrt(2 / 90), Math.sqrt(6 / 90)],
    ['he-normal', kernel, {}, Math.sqrt(2 / 180), Infinity],
    ['he-normal', shape, { gain: 1 }, Math.sqrt(1 / 90), Infinity],
    ['lecun-normal', shape, {}, Math.sqrt(1 / 90), Infinity],
    ['fan-in-uniform', shape, {}, 1 / Math.sqrt(270), 1 / Math.sqrt(90)],
    ['fan-in-uniform', [7000], { fanIn: 90 }, 1 / Math.sqrt(270), 1 / Math.sqrt(90)],
    ['xavier-normal', [7000], { fanIn: 100, fanOut: 150 }, Math.sqrt(2 / 250), Infinity],
  ];
  for (const [name, of, parameters, sd, bound] of cases) {
    const values = fill(name, of, parameters);
    // At least 7000 values: a standard deviation has a relative standard error of at most 0.85 %, a mean of 1.2 % of it.
    t.ok(
      Math.abs(standardDeviation(values) / sd - 1) < 0.03,
      `${name}: ${standardDeviation(values)} for ${sd}`,
    );
    t.ok(Math.abs(mean(values)) < 0.05 * sd, `${name}: mean ${mean(values)}`);
    t.ok(
      values.every(x => Math.abs(x) <= bound) && values.some(x => Math.abs(x) > 0.99 * Math.min(bound, sd)),
    );
  }
  t.ok(fill('zeros', [4, 5]).every(x => x === 0));
  t.ok(fill('constant', [4], { value: 0.25 }).every(x => x === 0.25));
  t.ok(fill('uniform', [500], { low: 2, high: 3 }).every(x => x >= 2 && x < 3));
  t.ok(Math.abs(mean(fill('normal', [4000], { mean: 5 })) - 5) < 0.07);
});

t.test('orthogonal weights have orthonormal rows or columns, times the gain', async t => {
  for (const shape of [
    [5, 4],
    [4, 5],
    [4, 4],
    [3, 2, 2, 3],
    [60, 60],
    [1, 3],
    [3, 1],
  ]) {
    const w = fill('orthogonal', shape, { gain: 1.5 });
    const rows = shape[0]!;
    const cols = w.length / rows;
    const k = Math.min(rows, cols);
    let worst = 0;
    for (let a = 0; a < k; a++)
      for (let b = 0; b < k; b++) {
        let sum = 0;
        if (rows >= cols) for (let i = 0; i < rows; i++) sum += w[i * cols + a]! * w[i * cols + b]!;
        else for (let j = 0; j < cols; j++) sum += w[a * cols + j]! * w[b * cols + j]!;
        worst = Math.max(worst, Math.abs(sum - (a === b ? 2.25 : 0)));
      }
    t.ok(worst < 1e-14 * 2.25, `[${shape.join(', ')}]: ${worst}`);
  }
  // Uniform over the orthogonal matrices: every entry has mean 0 and variance 1 / n; without the signs the first has mean −0.8.
  const corner = Array.from({ length: 400 }, (_, seed) => fill('orthogonal', [2, 2], {}, seed)[0]!);
  t.ok(Math.abs(mean(corner)) < 4 * Math.sqrt(0.5 / 400), `${mean(corner)}`);
});

t.test('what does not fit is refused with the reason', async t => {
  t.throws(() => fill('he-normal', [4]), {
    code: 'APICAL_INITIALISER',
    message: /initialiser "he-normal": a shape \[4\] does not tell the fanIn.*give the parameter fanIn/,
  });
  t.throws(() => fill('xavier-normal', [4], { fanIn: 3 }), { message: /does not tell the fanOut/ });
  t.throws(() => fill('he-normal', [4, 0]), { message: /fanIn of shape \[4, 0\] is 0/ });
  t.throws(() => fill('orthogonal', [4]), { message: /has no rows and columns/ });
  t.same(fill('orthogonal', [0, 4]), new Float64Array(0));
  t.throws(() => fill('normal', [4], { sts: 1 }), {
    code: 'APICAL_INITIALISER',
    message: /"sts"; did you mean "std"\? Known: mean, std/,
  });
  t.throws(() => fill('normal', [4], { std: -1 }), { message: /parameter std is -1; give a number from 0/ });
  t.throws(() => fill('constant', [4], { value: NaN }), { message: /parameter value is NaN/ });
  t.throws(() => fill('uniform', [4], { low: 2, high: 1 }), { message: /low is 2 and high is 1/ });
  t.throws(() => named('zeros').fill(new Float64Array(3), [4], {}, createRandomSource(1).stream('a')), {
    message: /3 numbers to fill, but a shape \[4\] has 4/,
  });
});
