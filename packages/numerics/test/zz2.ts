import { Matrix, QrDecomposition } from 'ml-matrix';
import { createRandomSource, initialisers } from '../src/index.js';
const src = createRandomSource(1);
for (const [r, c] of [
  [5, 4],
  [4, 5],
  [30, 30],
  [300, 300],
]) {
  const w = new Float64Array(r! * c!);
  initialisers.find(i => i.name === 'orthogonal')!.fill(w, [r!, c!], {}, src.stream('a'));
  const s = src.stream('a');
  const g = Matrix.from1DArray(
    r!,
    c!,
    Float64Array.from({ length: r! * c! }, () => s.normal()),
  );
  const qr = new QrDecomposition(r! >= c! ? g : g.transpose());
  let worst = 0;
  for (let i = 0; i < r!; i++)
    for (let j = 0; j < c!; j++) {
      const k = r! >= c! ? j : i;
      const q =
        Math.sign(qr.upperTriangularMatrix.get(k, k)) *
        (r! >= c! ? qr.orthogonalMatrix.get(i, j) : qr.orthogonalMatrix.get(j, i));
      worst = Math.max(worst, Math.abs(q - w[i * c! + j]!));
    }
  let orth = 0;
  const k = Math.min(r!, c!);
  for (let a = 0; a < k; a++)
    for (let b = 0; b <= a; b++) {
      let t = 0;
      if (r! >= c!) for (let i = 0; i < r!; i++) t += w[i * c! + a]! * w[i * c! + b]!;
      else for (let i = 0; i < c!; i++) t += w[a * c! + i]! * w[b * c! + i]!;
      orth = Math.max(orth, Math.abs(t - (a === b ? 1 : 0)));
    }
  console.log(r, c, worst, 'orth', orth);
}
