import { fillNormals, createRandomSource, initialisers } from '../src/index.js';
function digest(values: Float64Array): number {
  let h = 0x811c9dc5;
  for (const b of new Uint8Array(values.buffer)) h = Math.imul(h ^ b, 0x01000193);
  return h >>> 0;
}
const block = new Float64Array(4001);
fillNormals([0x01234567, 0x89abcdef], 5, block);
const s = createRandomSource(11).stream('data/order');
console.log(digest(block), digest(Float64Array.from({ length: 1001 }, () => s.uniform())), [
  ...s.permutation(9),
]);
for (const shape of [
  [500, 784],
  [200, 1000],
]) {
  const w = new Float64Array(shape[0]! * shape[1]!);
  const t0 = performance.now();
  initialisers.find(i => i.name === 'orthogonal')!.fill(w, shape, {}, s);
  console.log('orthogonal', shape, performance.now() - t0, 'ms');
}
{
  const w = new Float64Array(500 * 784);
  for (let r = 0; r < 3; r++) {
    const t0 = performance.now();
    initialisers.find(i => i.name === 'he-normal')!.fill(w, [500, 784], {}, s);
    console.log('he-normal', performance.now() - t0, 'ms');
  }
}
