/** Golden cases of all variants replay through the shipped schemes, on both backends. */
import { join } from 'node:path';
import t from 'tap';
import { reference, wasm } from '@apical/kernels';
import { libraryOf, verifyCases } from '@apical/testing';
import standard from '@apical/plugin-standard';
import replays from '../golden/index.js';
import pal from '../src/index.js';

for (const backend of [reference, wasm])
  t.test(`all cases pass within their tolerance on the backend ${backend.name}`, async t => {
    const { cases, failed } = await verifyCases({
      replays,
      backend,
      library: libraryOf(standard, pal),
      paths: [join(import.meta.dirname, '../golden')],
    });
    for (const c of cases)
      t.ok(c.passed, `${c.id}: ${c.error ?? (c.score!.problems.join('; ') || c.score!.worst)}`);
    t.strictSame([cases.length, failed], [25, 0]);
  });
