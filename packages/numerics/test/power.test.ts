/** Powers against `Math.pow`, and their bits. */
import { createHash } from 'node:crypto';
import t from 'tap';
import { createRandomSource, power } from '@apical/numerics';

const bits = new BigInt64Array(1);
const number = new Float64Array(bits.buffer);
const place = (x: number): bigint => {
  number[0] = x;
  const b = bits[0]!;
  return b < 0n ? -(b & 0x7fffffffffffffffn) : b;
};
const apart = (a: number, b: number): number => {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : Infinity;
  const d = place(a) - place(b);
  return Number(d < 0n ? -d : d);
};
t.test('powers are within 2 ulp of Math.pow, which is within 1 of the truth', async t => {
  const stream = createRandomSource(4).stream('power');
  let worst = 0;
  let at = '';
  const look = (x: number, y: number): void => {
    const off = apart(power(x, y), Math.pow(x, y));
    if (off > worst) [worst, at] = [off, `${x} ** ${y}`];
  };
  for (let k = 0; k < 40_000; k++) {
    look(2 ** (2 * stream.uniform() - 1), 1400 * stream.uniform() - 700);
    look(2 ** (2000 * stream.uniform() - 1000), 2 * stream.uniform() - 1);
    look(0.9, k);
    look(0.999, k * 17);
    look(stream.uniform() * 10, Math.round(20 * stream.uniform() - 10));
  }
  t.ok(worst <= 3, `${worst} ulp at ${at}`);
});
t.test('special values are those of Math.pow', async t => {
  const all = [0, -0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1e308, 5e-324, 1e-310, Infinity, -Infinity, NaN, 1e300];
  for (const x of all)
    for (const y of all) {
      const [got, want] = [power(x, y), Math.pow(x, y)];
      const same = Object.is(got, want) || (Number.isFinite(want) && want !== 0 && apart(got, want) <= 2);
      if (!same) t.fail(`${x} ** ${y} is ${got}, not ${want}`);
    }
  t.pass(`${all.length ** 2} pairs`);
});
t.test('the bits are the same in every engine', async t => {
  const values = Float64Array.from({ length: 4000 }, (_, k) => power(k % 2 ? 0.9 : 0.999, k / 2));
  const hash = createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex');
  t.equal(hash.slice(0, 16), '00896e4f05335fd9');
});
