/** The reference backend meets the conformance suite that every backend has to meet. */
import t from 'tap';
import type { Operation } from '@apical/core';
import { reference } from '@apical/kernels';
import { backendConformance, backendFixtures } from '@apical/testing';

for (const dtype of ['float64', 'float32'] as const)
  t.test(`reference, ${dtype}`, async t => {
    for (const { name, run } of [
      ...backendConformance(reference, dtype),
      ...backendFixtures(reference, dtype),
    ])
      t.doesNotThrow(run, name);
  });
/** How many checks fail on a backend that does something else with its operations. */
function failures(change: (operations: readonly Operation[]) => readonly Operation[]): [number, number] {
  const wrong = {
    ...reference,
    open: (options: { dtype: 'float64' | 'float32' }) => {
      const memory = reference.open(options);
      return {
        ...memory,
        prepare: (operations: readonly Operation[], where: string) =>
          memory.prepare(change(operations), where),
      };
    },
  };
  const count = (checks: { run: () => void }[]): number =>
    checks.filter(({ run }) => {
      try {
        run();
        return false;
      } catch {
        return true;
      }
    }).length;
  return [count(backendConformance(wrong, 'float64')), count(backendFixtures(wrong, 'float64'))];
}
t.test('a backend that is wrong is found out', async t => {
  const [suite, fixtures] = failures(operations => operations.slice(0, -1));
  t.ok(suite > 20, `forgets the last operation: ${suite} checks fail`);
  t.equal(fixtures, 7, 'and every fixture');
  const [sums] = failures(operations =>
    operations.map(o => (o.op === 'outer' ? { ...o, batch: Math.min(o.batch, 8) } : o)),
  );
  t.equal(sums, 1, 'leaves out the ninth sample of a batch: the one check with nine fails');
});
t.test('what is settled stands still in every watched array, and NaN never does', async t => {
  const memory = reference.open({ dtype: 'float64' });
  const [a, b, n] = [memory.allocate(2), memory.allocate(1), memory.allocateCell(0)];
  const cell = (value = 0) => memory.allocateCell(value);
  const [passes, settled] = [cell(), cell()];
  const until = {
    ...{ watched: [a, b], before: [memory.allocate(2), memory.allocate(1)], within: cell(1e-9) },
    ...{ samples: 1, held: [], kept: [], passes, settled, made: cell(), of: cell() },
  };
  const body: readonly Operation[] = [{ op: 'increment', cell: n }];
  const step = memory.prepare([{ op: 'repeat', times: memory.allocateCell(5), body, until }], 'settle');
  step();
  t.equal(n[0], 1, 'nothing moves: one look is enough');
  t.strictSame([passes[0], settled[0]], [1, 1]);
  b[0] = NaN;
  step();
  t.equal(n[0], 6, 'five more');
  t.strictSame([passes[0], settled[0], until.made[0], until.of[0]], [5, 0, 6, 2]);
});
