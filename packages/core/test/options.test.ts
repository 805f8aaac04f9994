/** Options of data sets and tasks: defaults, kinds, and messages that say what is right. */
import t from 'tap';
import { checkOptions, isApicalError } from '@apical/core';

const specs = {
  path: { doc: 'the file', value: null },
  count: { doc: 'samples', value: 5 },
  shuffle: { doc: 'mix', value: false },
  sizes: { doc: 'units', value: [4, 3] as readonly number[] },
  mode: { doc: 'how', value: 'a', allowed: ['a', 'b'] },
};
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (e) {
    if (isApicalError(e) && e.code === 'APICAL_OPTION') return e.message;
    throw e;
  }
  throw new Error('expected APICAL_OPTION');
}

t.test('what is not given has its default, null counts as not given', async t => {
  const options = checkOptions('part', specs, { count: 7, mode: null, shuffle: undefined });
  t.same(
    [options.number('count'), options.text('mode'), options.flag('shuffle'), options.numbers('sizes')],
    [7, 'a', false, [4, 3]],
  );
  t.equal(options.value('path'), undefined);
  t.equal(checkOptions('part', specs, { path: 'x' }).text('path'), 'x');
});

t.test('unknown names, wrong kinds, values and ranges are refused', async t => {
  const of = (given: Parameters<typeof checkOptions>[2]): string =>
    refusal(() => checkOptions('part "p"', specs, given));
  t.match(of({ counts: 1 }), /unknown option of part "p" "counts"; did you mean "count"\?/);
  t.match(of({ toString: 1 }), /unknown option/);
  t.match(of({ count: 'x' }), /option "count": found "x" \(a string\); give a number/);
  t.match(of({ sizes: 3 }), /found 3 \(a number\); give a list of numbers/);
  t.match(of({ mode: 'c' }), /found "c"; give one of "a", "b"/);
  const options = checkOptions('part', specs, { count: 2.5, path: 3 });
  t.equal(options.number('count', { min: 2.5, max: 2.5 }), 2.5);
  t.match(
    refusal(() => options.number('count', { whole: true, min: 1, max: 9 })),
    /found 2.5; give a whole number, at least 1, at most 9/,
  );
  t.match(
    refusal(() => options.number('count', { max: 2 })),
    /give a finite number, at most 2/,
  );
  t.match(
    refusal(() => options.text('path')),
    /found 3 \(a number\); give a string: the file/,
  );
  t.match(
    refusal(() => checkOptions('part', specs, {}).text('path')),
    /found nothing; give a string: the file/,
  );
  t.match(
    refusal(() => options.flag('none')),
    /option "none": found nothing/,
  );
});
