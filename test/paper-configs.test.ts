/**
 * Every config of a paper runs: two samples an epoch, a few steps each, one seed, and its report is drawn. The same overrides
 * make any of them finish in seconds on the command line.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createHost } from '@apical/host';
import { comparisonReport } from '@apical/report';

const roots = join(import.meta.dirname, '../configs');
const files = readdirSync(join(roots, 'paper'), { recursive: true, encoding: 'utf8' })
  .filter(f => f.endsWith('.yaml'))
  .map(f => join('paper', f));
const targets = files.map(f => f.replaceAll('\\', '/').replace(/\.yaml$/, ''));

/** Pixels give way to points: no data set is needed. */
const withoutImages = [
  'dataset.use=yin-yang',
  'dataset.options={validation: 6, train: 6, test: 6}',
  'train.evaluateBatch=6',
];
t.test('there are experiments to look at', async t => {
  t.ok(targets.length >= 8, targets.join(', '));
});
for (const target of targets)
  t.test(target, async t => {
    const host = await createHost();
    t.teardown(() => host.dispose());
    const text = readFileSync(join(roots, `${target}.yaml`), 'utf8');
    const { variants } = host.compose({ target, roots: [roots] });
    const { schemes, probes, seeds } = variants[0]!.experiment;
    const overrides = [
      'train.epochs=2',
      'train.limit=2',
      'train.batch=2',
      'train.evaluateEvery=1',
      `seeds=[${seeds[0]!}]`,
      ...(/\bmnist\b/.test(text) ? withoutImages : []),
      // four steps
      ...Object.entries(schemes).flatMap(([label, { use = label, parameters }]) => {
        const time = 4 * host.catalogues.Scheme.get(use).dt!;
        const times = ['presentation', 'evaluatePresentation', ...(parameters?.['settle'] ? ['settle'] : [])];
        return times.map(name => `schemes.${label}.parameters.${name}=${time}`);
      }),
      ...Object.entries(probes).flatMap(([label, { use }]) =>
        use === 'alignment'
          ? ['presentation=0.04', 'samples=2', 'every=1'].map(o => `probes.${label}.options.${o}`)
          : [],
      ),
    ];
    const result = await host.compare(
      { target, roots: [roots], overrides },
      { directory: null, launcher: 'in-process' },
    );
    t.same(result.failed, []);
    t.equal(result.rows.length, Object.keys(schemes).length);
    const report = await comparisonReport(result);
    const { figures = [], reference = [] } = result.experiment;
    for (const { of, kind = 'lines' } of figures) {
      const name = `${kind === 'lines' ? 'layers' : 'scatter'}-${of.replaceAll('/', '-')}`;
      t.ok(
        report.figures.some(f => f.name === name),
        `${of} is drawn`,
      );
    }
    const columns = new Set(
      result.runs.flatMap(r =>
        r.rows.map(x => `${x.split ?? x.probe ?? ''}/${x.name}${x.layer ? `/layer${x.layer}` : ''}`),
      ),
    );
    for (const { scheme, values } of reference) {
      t.ok(scheme in schemes, `${scheme} of the reference runs`);
      for (const column of Object.keys(values)) t.ok(columns.has(column), `${column} is told`);
    }
  });
