/** Numbers, colours, tables and verdicts: everything that is not drawn. */
import t from 'tap';
import {
  comparisonTable,
  formatBytes,
  formatCount,
  formatDifference,
  formatEstimate,
  formatP,
  formatSeconds,
  markdownTable,
  schemeColours,
  significant,
  verdict,
} from '../src/index.js';
import { schemeStyles } from '../src/colours.js';
import { csv, escapeHtml, shortenAll } from '../src/escape.js';
import { farOff } from '../src/figure.js';
import { decimalsFor } from '../src/format.js';
import { collect, onSplit, sortRows, thin } from '../src/series.js';
import { demoComparison } from './demo-data.js';

const around = (mean: number, half: number) => ({ mean, low: mean - half, high: mean + half });

t.test('digits come from the width of the interval', async t => {
  t.equal(formatEstimate(around(3.1234, 0.4321)), '3.1 ± 0.4');
  t.equal(formatEstimate(around(3.1234, 0.1234)), '3.12 ± 0.12');
  t.equal(
    formatEstimate(around(97.25, 0.0961)),
    '97.25 ± 0.10',
    '0.096 rounds up to 0.10 and keeps two digits',
  );
  t.equal(formatEstimate(around(12345, 678)), '12300 ± 700');
  t.equal(formatEstimate(around(3.2e-7, 2e-8)), '(3.20 ± 0.20)e−7');
  t.equal(
    formatEstimate({ mean: 2.34567, low: NaN, high: NaN }),
    '2.346',
    'one seed: no interval, four digits',
  );
  t.equal(formatEstimate(around(2.5, 0)), '2.5');
  t.equal(formatEstimate(undefined), '–');
  t.equal(formatEstimate({ mean: NaN, low: NaN, high: NaN }), '–');
  t.equal(decimalsFor(0.354), 2);
  t.equal(decimalsFor(0.3551), 1);
  t.equal(decimalsFor(0.951), 1);
  t.equal(decimalsFor(0), undefined);
});
t.test('a difference shows its sign and on which side of zero its bounds lie', async t => {
  t.equal(formatDifference(around(1.2, 0.4)), '+1.2 [0.8, 1.6]');
  t.equal(formatDifference(around(-1.2, 0.4)), '−1.2 [−1.6, −0.8]');
  t.equal(
    formatDifference(around(0.42, 0.4)),
    '+0.42 [0.02, 0.82]',
    '0.0 would hide that the bound is positive',
  );
  t.equal(formatDifference(around(0, 0.4)), '0.0 [−0.4, 0.4]');
  t.equal(formatDifference(around(0, 0)), '0');
  t.equal(formatDifference(undefined), '–');
});
t.test('other numbers have units and no false precision', async t => {
  t.same([0.00195, 0.0005, 0.0625, 1, NaN, undefined].map(formatP), [
    '0.002',
    '< 0.001',
    '0.063',
    '1',
    '–',
    '–',
  ]);
  t.same([0.0321, 9.96, 59.4, 200, 3599.6, 7500].map(formatSeconds), [
    '0.032 s',
    '10 s',
    '59 s',
    '3 min 20 s',
    '1 h 0 min',
    '2 h 5 min',
  ]);
  t.same([0, 12, 999.7, 1234, 5e6, 2.5e13].map(formatCount), ['0', '12', '1 k', '1.23 k', '5 M', '25 T']);
  t.same([12, 2.5e6].map(formatBytes), ['12 B', '2.5 MB']);
  t.same(
    [0.012345, -3, 1.2e7, 0, Infinity].map(v => significant(v)),
    ['0.0123', '−3', '1.2e7', '0', '∞'],
  );
});

t.test('colours are stable, distinct, dark for the baseline and grey for the control', async t => {
  const labels = ['bp', 'fa', 'dfa', 'pal', 'burstccn', 'ghost', 'frozen', 'kp'];
  const colours = schemeColours(labels, { control: 'frozen' });
  t.same(colours, schemeColours(labels, { control: 'frozen' }));
  t.equal(new Set(colours.values()).size, labels.length);
  t.equal(colours.get('bp'), '#222222');
  t.equal(colours.get('frozen'), '#8A8A8A');
  t.equal(colours.get('fa'), '#0072B2');
  t.equal(schemeColours(['a', 'b'], { baseline: 'b' }).get('b'), '#222222');
  const many = schemeStyles(Array.from({ length: 23 }, (_, i) => `scheme-${i}`));
  t.equal(new Set(many.map(s => s.colour + s.shape)).size, 23, 'a repeated colour has another symbol');
  t.equal(schemeColours(['__proto__', 'constructor']).size, 2);
});
t.test('labels are shortened in the middle and stay distinct', async t => {
  t.same(shortenAll(['bp', 'pal/microcircuit-one', 'pal/microcircuit-two'], 11), [
    'bp',
    'pal/m…t-one',
    'pal/m…t-two',
  ]);
  const equal = shortenAll(['aaaaaXXXXbbbbb', 'aaaaaYYYYbbbbb'], 9);
  t.equal(new Set(equal).size, 2);
  t.ok(
    equal.every(l => l.length <= 9),
    'no longer than asked',
  );
});
t.test('markup, quotes and control characters in strings are harmless', async t => {
  t.equal(escapeHtml(`<b a='1' c="2">&\u001b[31m`), '&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;[31m');
  t.equal(
    csv(
      ['a', 'b'],
      [
        { a: 'x,"y"', b: NaN },
        { a: 1.5, b: null },
      ],
    ),
    'a,b\n"x,""y""",\n1.5,\n',
  );
});
t.test('a scheme far from all others is told apart, a wide spread is not', async t => {
  const group = (label: string, ...values: number[]) => ({ label, values });
  t.same([...farOff([group('a', 2, 3), group('b', 2.5, 4), group('c', 24, 25)])], ['c']);
  t.same([...farOff([group('a', 2, 3), group('b', 5, 6), group('c', 8, 9)])], []);
  t.same([...farOff([group('a', 2), group('b', 50)])], [], 'of two neither is the odd one');
});
t.test(
  'means are over the runs that ended; a gap is left out, a stopped run keeps its last value',
  async t => {
    const result = demoComparison({
      schemes: ['bp', 'fa'],
      seeds: 4,
      epochs: 6,
      diverged: ['fa/1'],
      gaps: ['fa/2'],
    });
    const series = collect(result.runs.map(sortRows), ['bp', 'fa'], onSplit('error', 'validation'));
    const fa = series[1]!;
    t.same(
      fa.seeds.map(s => s.failed),
      [false, true, false, false],
    );
    t.same(
      fa.means.map(m => m.n),
      [2, 3, 3, 2, 3, 3],
      'seed 2 told NaN at epochs 1 and 4',
    );
    const [first, second] = result.runs.filter(r => r.config.label === 'bp');
    const stopped = {
      ...second!,
      summary: { ...second!.summary, status: 'stopped' as const },
      rows: second!.rows.filter(r => r.epoch <= 3),
    };
    const [bp] = collect([first!, stopped].map(sortRows), ['bp'], onSplit('error', 'validation'));
    const at = (run: typeof first, epoch: number) =>
      run!.rows.find(
        r =>
          r.epoch === epoch &&
          onSplit(
            'error',
            'validation',
          )({ ...r, split: r.split, probe: r.probe, layer: r.layer, points: [] }),
      )!.value;
    // Two doubles added and halved: one rounding.
    t.ok(Math.abs(bp!.means[5]!.mean - (at(first, 6) + at(stopped, 3)) / 2) < 1e-12);
  },
);
t.test('thinning keeps both ends', async t => {
  const items = Array.from({ length: 500 }, (_, i) => i);
  const few = thin(items, 37);
  t.equal(few.length, 37);
  t.equal(few[0], 0);
  t.equal(few.at(-1), 499);
  t.equal(thin(items.slice(0, 5), 37).length, 5);
});

t.test('the table for a terminal is aligned and says what it must', async t => {
  const table = comparisonTable(
    demoComparison({ schemes: ['bp', 'fa', 'dfa'], seeds: 5, diverged: ['dfa/2'] }),
  );
  t.equal(
    table.split('\n').slice(0, 5).join('\n'),
    [
      'scheme    n  test error (%)   minus bp (points)      p  Holm p       ±0.5  time/run',
      '───────────────────────────────────────────────────────────────────────────────────',
      'bp        5       2.6 ± 0.6            baseline      –       –          –       2 s',
      'fa        5       3.6 ± 0.7     +1.0 [0.6, 1.4]  0.063   0.125  not shown     3.7 s',
      'dfa     4/5       2.6 ± 0.6  +0.16 [0.05, 0.27]      –       –      equal     5.4 s',
    ].join('\n'),
  );
  t.match(table, 'paired: yes\nnot for inference: 5 seeds\nfailed: dfa seed 2: layer2.delta is not finite');
});
t.test('the table fits a hundred columns, whatever the labels, and cannot steer a terminal', async t => {
  const long = 'pal/microcircuit-with-interneurons-and-a-name-that-never-ends';
  const table = comparisonTable(
    demoComparison({
      schemes: ['bp', `${long}-one`, `${long}-two`, 'a\u001b[31mred\nline', long],
      seeds: 12,
      paired: false,
    }),
  );
  t.ok(table.split('\n').every(line => Array.from(line).length <= 100));
  t.notMatch(table, '\u001b');
  t.equal(
    new Set(
      table
        .split('\n')
        .slice(2, 7)
        .map(l => l.split(' ')[0]),
    ).size,
    5,
    'shortened labels stay distinct',
  );
  t.match(table, 'paired: NO (seed 3: W1 of dfa');
});
t.test('columns without content are left out', async t => {
  const table = comparisonTable(demoComparison({ schemes: ['fa'], seeds: 1, margin: null }));
  t.equal(table.split('\n')[0], 'scheme  n  test error (%)  time/run');
});
t.test('the Markdown table has equal columns in all lines and escapes labels', async t => {
  const text = markdownTable(demoComparison({ schemes: ['bp', 'a|b <script>_x_'], seeds: 6 }));
  const lines = text.split('\n').filter(l => l.startsWith('|'));
  const bars = (line: string) => (line.match(/(?<!\\)\|/g) ?? []).length;
  t.ok(lines.every(l => bars(l) === bars(lines[0]!)));
  t.match(lines[3], 'a\\|b &lt;script>\\_x\\_');
  t.match(text, 'Config 8f3c2a1b9d4e5f60');
});
t.test('the verdict says better, worse, equal, unknown and failed in words', async t => {
  const ten = verdict(demoComparison({ schemes: ['bp', 'fa', 'pal'], seeds: 10 }));
  t.match(
    ten,
    /^bp reaches [\d.]+ ± [\d.]+ % test error; fa is [\d.]+ points worse \(interval .* p = 0\.004 after Holm\); /,
  );
  t.match(ten, /pal is (equal within 0\.5 points|[\d.]+ points worse)/);
  const five = verdict(demoComparison({ schemes: ['bp', 'fa'], seeds: 5 }));
  t.match(
    five,
    /fa is [\d.]+ points worse on average; 5 pairs are too few to decide \(interval /,
    'with five pairs no sign-flip test can reach 5 %',
  );
  const three = verdict(demoComparison({ schemes: ['bp', 'fa'], seeds: 3, higher: true }));
  t.match(
    three,
    /fa is .* 3 pairs are too few to decide \(interval −[\d.]+ to [\d.]+ points, 3 pairs, no test\)\.$/,
  );
  const dead = verdict(
    demoComparison({ schemes: ['bp', 'fa'], seeds: 3, diverged: ['fa/0', 'fa/1', 'fa/2'] }),
  );
  t.match(dead, 'fa gave no result: every run failed.');
  const base = demoComparison({ schemes: ['bp', 'frozen'], seeds: 6, control: 'frozen' });
  t.match(
    verdict({ ...base, control: { ...base.control!, beaten: 'no' } }),
    'does NOT beat the control frozen',
  );
  t.match(
    verdict({ ...base, control: { ...base.control!, beaten: 'too few' } }),
    'so few pairs cannot say whether it beats the control frozen',
  );
  const [first, second] = base.rows;
  const torn = {
    ...second!.difference!,
    failed: 3,
    decision: 'bounds disagree' as const,
    atChance: around(20, 3),
  };
  const survivors = verdict({
    ...base,
    rows: [first!, { ...second!, failures: 3, difference: { ...torn, ...around(-1, 0.5) } }],
  });
  t.match(
    survivors,
    /of frozen nothing follows: without the runs that failed it is 1.0 points better, with them at chance 20.* points worse/,
  );
});
