/** The reference backend meets the conformance suite that every backend has to meet. */
import t from 'tap';
import { reference } from '@apical/kernels';
import { backendConformance } from '@apical/testing';

for (const dtype of ['float64', 'float32'] as const)
  t.test(`reference, ${dtype}`, async t => {
    for (const { name, run } of backendConformance(reference, dtype)) t.doesNotThrow(run, name);
  });
t.test('a backend that is wrong is found out', async t => {
  const wrong = {
    ...reference,
    open: (options: { dtype: 'float64' | 'float32' }) => {
      const memory = reference.open(options);
      // forgets the last operation of every list
      return {
        ...memory,
        prepare: (operations: Parameters<typeof memory.prepare>[0], where: string) =>
          memory.prepare(operations.slice(0, -1), where),
      };
    },
  };
  const failures = backendConformance(wrong, 'float64').filter(({ run }) => {
    try {
      run();
      return false;
    } catch {
      return true;
    }
  });
  t.ok(failures.length > 20, `${failures.length} checks fail`);
});
