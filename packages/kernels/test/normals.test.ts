/** Random numbers of a backend are those of the reference, bit for bit. */
import t from 'tap';
import { wasm } from '@apical/kernels';
import { fillNormals } from '@apical/numerics';

for (const dtype of ['float64', 'float32'] as const)
  t.test(`normals in ${dtype} have the bits of the reference`, async t => {
    const memory = wasm.open({ dtype });
    const keys = [
      [0, 0],
      [0x12345678, 0x9abcdef0],
      [0xffffffff, 7],
    ] as const;
    for (const key of keys)
      for (const index of [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 50 + 12345])
        for (const length of [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 1000]) {
          const all = memory.allocate(length + 2).fill(7);
          const into = all.subarray(1, length + 1);
          const counter = memory.allocateCell(index);
          memory.prepare([{ op: 'normal', key, counter, into }], 'normals')();
          const wanted = into.slice();
          fillNormals(key, index, wanted);
          const same = Buffer.compare(
            Buffer.from(into.buffer, into.byteOffset, into.byteLength),
            Buffer.from(wanted.buffer, wanted.byteOffset, wanted.byteLength),
          );
          if (same !== 0 || counter[0] !== index + 1 || all[0] !== 7 || all[length + 1] !== 7)
            t.fail(`${length} of block ${index} under ${key.join()}: ${into[0]!} for ${wanted[0]!}`);
        }
    t.notMatch(memory.notes?.get('normals'), /JavaScript/);
    t.pass('180 blocks');
  });
