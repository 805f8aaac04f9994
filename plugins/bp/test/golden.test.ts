/** Golden cases of plain networks replay through the shipped scheme; what is damaged or missing fails. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { reference } from '@apical/kernels';
import { libraryOf, verifyCases } from '@apical/testing';
import standard from '@apical/plugin-standard';
import { parseStatements, toLatex } from '@apical/equations';
import { delta, rateOutput, rateUnit } from '../src/index.js';
import replays from '../golden/index.js';

const golden = join(import.meta.dirname, '../golden');
const given = { replays, library: libraryOf(standard), backend: reference };
const name = 'bp-tanh-softmax-sgd-01';
interface Case {
  readonly parameters: Record<string, unknown>;
  readonly expected: Record<string, { shape: number[]; data: number[] }>;
}
/** A folder with one case, changed. */
async function changed(
  t: { teardown(end: () => unknown): void },
  change: (golden: Case) => unknown,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'apical-golden-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'case.json');
  await cp(join(golden, `${name}.json`), file);
  const text = JSON.stringify(change(JSON.parse(await readFile(file, 'utf8')) as Case));
  await writeFile(file, text);
  return folder;
}
t.test('all cases pass within their tolerance', async t => {
  const { cases, passed, failed } = await verifyCases({ ...given, paths: [golden] });
  for (const c of cases) t.ok(c.passed, `${c.id}: ${c.error ?? c.score!.worstAt}`);
  t.strictSame([passed, failed], [6, 0]);
});
t.test('a number off by ten tolerances fails and is named', async t => {
  const folder = await changed(t, c => {
    const { data } = c.expected.final_W1!;
    data[3]! *= 1 + 1e-8;
    return c;
  });
  const { cases, failed } = await verifyCases({ ...given, paths: [folder] });
  t.equal(failed, 1);
  t.match(cases[0]!.score!.problems[0], /^final_W1\[3\]: /);
});
t.test('a key that is not produced, a model that nobody replays, and a damaged file fail', async t => {
  const more = await changed(t, c => ({
    ...c,
    expected: { ...c.expected, extra: { shape: [1], data: [0] } },
  }));
  const unknown = await changed(t, c => ({ ...c, model: 'nobody' }));
  const damaged = await changed(t, c => ({ ...c, format: 'golden-case/9' }));
  for (const [folder, why] of [
    [more, /extra is expected and was not produced/],
    [unknown, /skipped: no plugin replays the model "nobody"; known: ann-bp/],
    [damaged, /"format" is "golden-case\/9"; "golden-case\/1" is wanted/],
  ] as const) {
    const { cases, failed } = await verifyCases({ ...given, paths: [folder] });
    t.equal(failed, 1);
    t.match(cases[0]!.error ?? cases[0]!.score!.problems.join(), why);
  }
});
t.test('no case at all is an error', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'apical-golden-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'empty'));
  await t.rejects(verifyCases({ ...given, paths: [folder] }), {
    code: 'APICAL_GOLDEN',
    message: /no golden case/,
  });
  await t.rejects(verifyCases({ ...given, paths: [join(folder, 'nowhere')] }), /no golden cases at/);
});
t.test('the README shows the equations as the code has them', async t => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
  const lines = Object.values(rateUnit.phases).flatMap(text => parseStatements(text, { where: 'readme' }));
  const alternatives = Object.values(rateOutput.choices!).flatMap(options => Object.values(options));
  const factors = delta.update.terms.flatMap(({ gain, post, pre }) => [gain, post, pre]);
  for (const latex of [
    ...lines.map(s => toLatex([s])),
    ...[...alternatives, ...factors].flatMap(e => (e === undefined ? [] : [toLatex(e)])),
  ])
    t.ok(readme.includes(`$${latex}$`) || readme.includes(`$$ ${latex} $$`), latex);
});
t.test('a case whose head nobody knows fails', async t => {
  const folder = await changed(t, c => ({ ...c, parameters: { ...c.parameters, head: 'hinge' } }));
  const { cases, failed } = await verifyCases({ ...given, paths: [folder] });
  t.equal(failed, 1, cases[0]!.error ?? cases[0]!.score!.problems.join());
});
