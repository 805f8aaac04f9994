import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { apical, dangerous, tiny } from './command.js';

t.setTimeout(120_000); // worker processes start slowly on a busy machine
const home = process.cwd();
/** In this process: quicker, and the numbers are the same. */
const inProcess = ['--launcher', 'in-process'];
const here = (test: Pick<typeof t, 'testdir'>, files: Readonly<Record<string, string>> = {}): string => {
  const folder = test.testdir({ 'tiny.yaml': tiny, 'dangerous.mjs': dangerous, ...files });
  process.chdir(folder);
  return folder;
};
t.afterEach(() => process.chdir(home));

t.test('run trains one run, writes its report, and does not train it again', async t => {
  here(t);
  const first = await apical('run', './tiny.yaml', 'schemes=bp', 'seed=3');
  t.equal(first.code, 0, first.err);
  t.match(first.out, /^bp on yin-yang, seed 3: finished after 2 epochs, 20 updates/);
  t.match(first.out, / {2}test\/error {8}[\d.]+ %\n/);
  const folder = /^folder {2}(.*)$/m.exec(first.out)![1]!;
  t.match(folder.split(path.sep), ['runs', 'tiny', 'bp', /^[0-9a-f]{12}$/, 'seed=3']);
  t.match(readFileSync(path.join(folder, 'report.html'), 'utf8'), /<!doctype html>/i);
  const second = await apical('run', './tiny.yaml', 'schemes=bp', 'seed=3');
  t.equal(second.code, 0);
  t.match(second.err, /finished before with the same hash/);
  t.equal(second.out.replace(/, [\d.]+ m?s/, ''), first.out.replace(/, [\d.]+ m?s/, ''));
  const json = await apical('run', './tiny.yaml', 'schemes=bp', 'seed=3', '--json', '--no-report');
  t.match(JSON.parse(json.out), [{ status: 'finished', id: { scheme: 'bp', seed: 3 }, headline: 'error' }]);
  const own = await apical(
    'run',
    './tiny.yaml',
    'schemes=bp',
    '--runs',
    'elsewhere',
    '--quiet',
    '--no-report',
  );
  t.equal(own.err, '');
  t.match(own.out, /folder {2}elsewhere/, 'of two seeds the first is taken');
  const again = await apical('report', folder, '--html', 'again.html');
  t.equal(again.out, 'report: again.html\n');
  t.ok(existsSync('again.html'));
});

t.test('compare prints table, verdict and notes, stores its record, and report makes it again', async t => {
  here(t);
  const compared = await apical(
    'compare',
    './tiny.yaml',
    'schemes=bp,frozen',
    '--workers',
    '2',
    '--report',
    'a/r.html',
  );
  t.equal(compared.code, 0, compared.err);
  t.match(compared.out, /^tiny: bp, frozen on yin-yang\n\nscheme +n +test error/);
  t.match(compared.out, /\npaired: yes\nnot for inference: 2 pairs/);
  t.match(compared.out, /\nbp reaches [^]*\nreport: a.r\.html\n$/);
  t.ok(existsSync('a/r.html'));
  const stored = JSON.parse(readFileSync('runs/tiny/comparison.json', 'utf8')) as {
    runs: { folder: string }[];
    rows: { scheme: string; values: Record<string, number> }[];
    command: string;
  };
  t.equal(stored.command, 'apical compare ./tiny.yaml schemes=bp,frozen');
  t.match(stored.runs[0]!.folder, /^bp\/[0-9a-f]{12}\/seed=0$/);
  const report = await apical('report', 'runs/tiny', '--markdown');
  t.equal(report.code, 0, report.err);
  t.match(report.out, /^\| scheme \|/);
  const inOne = await apical(
    'compare',
    './tiny.yaml',
    'schemes=bp,frozen',
    ...inProcess,
    '--json',
    '--force',
  );
  const result = JSON.parse(inOne.out) as typeof stored;
  t.same(
    result.rows.map(r => r.values),
    stored.rows.map(r => r.values),
    'the number of workers changes no number',
  );
  const from = await apical('report', 'runs/tiny/bp', '--json');
  t.match(
    JSON.parse(from.out),
    { rows: [{ scheme: 'bp', runs: 2 }], baseline: 'bp' },
    'of any folder with runs',
  );
});

t.test('compare says what a result rests on: rates, and runs that are made again', async t => {
  here(t);
  const refused = await apical('compare', './tiny.yaml', 'schemes=bp', '--halve-dt');
  t.equal(refused.code, 2);
  t.match(refused.err, 'no scheme of experiment tiny is integrated in time (bp): take --halve-dt away');
  t.notOk(existsSync('runs'), 'before anything was computed');
  const given = ['compare', './tiny.yaml', 'schemes=bp', 'rates=tuned with 4 trials', ...inProcess];
  const rounded = await apical(...given, '--rounding');
  t.equal(rounded.code, 0, rounded.err);
  t.match(rounded.out, /\nfairness: rate, forward: 0\.1; rates chosen: tuned with 4 trials\n/);
  t.match(
    rounded.out,
    /\nrounding: test error of seed 0 on reference instead of \w+: spread [\d.e−]+ points/,
  );
  const { command } = JSON.parse(readFileSync('runs/tiny/comparison.json', 'utf8')) as { command: string };
  t.equal(command, "apical compare ./tiny.yaml schemes=bp 'rates=tuned with 4 trials' --rounding");
  const pal = ['schemes=pal', 'train.limit=20', 'train.epochs=1', 'network.activation=sigmoid'];
  const timed = await apical('compare', './tiny.yaml', ...pal, ...inProcess, '--halve-dt');
  t.equal(timed.code, 0, timed.err);
  t.match(timed.out, /\ntime step: pal with dt 0\.05 instead of 0\.1 ms: test error [\d.]+ → [\d.]+ %/);
});

t.test('a control that is not beaten ends with 3 and a line that says so', async t => {
  here(t);
  const { code, err } = await apical(
    'compare',
    './tiny.yaml',
    'schemes=bp,frozen',
    'control=frozen',
    'train.epochs=0',
    'seeds=3',
    '--quiet',
    ...inProcess,
  );
  t.equal(code, 3);
  t.match(
    err,
    /^control not beaten: bp is not shown to be better than frozen \(interval of frozen minus bp: 0 to 0\)/m,
  );
});

t.test('runs that fail are listed with folder and command, the others go on', async t => {
  here(t);
  const args = ['./tiny.yaml', 'schemes=bp,fa', 'seeds=1', '+observers.exits={}'];
  const { code, out, err } = await apical(
    'compare',
    ...args,
    '--plugin',
    './dangerous.mjs',
    '--workers',
    '1',
  );
  t.equal(code, 3, err);
  t.match(out, /^fa +0\/1 /m);
  t.match(err, /^failed: fa, seed 0: the worker process ended with code 9$/m);
  t.match(err, /^ {2}again: apical run \.\/tiny\.yaml .* schemes=fa seed=0 --plugin \.\/dangerous\.mjs$/m);
  t.match(err, /^ {2}folder: runs.tiny.fa.[0-9a-f]{12}.seed=0$/m);
  const explosive = ['network.activation=linear', 'network.head=linear-squared', 'train.eta=1e100'];
  const diverged = await apical('run', './tiny.yaml', 'scheme=bp', ...explosive, '--no-report');
  t.equal(diverged.code, 3);
  t.match(diverged.out, /^bp on yin-yang, seed 0: diverged/);
});

t.test('-m makes every combination', async t => {
  here(t);
  const { code, out } = await apical(
    'run',
    './tiny.yaml',
    '-m',
    'schemes=bp',
    'seeds=1',
    'train.eta=0.1,0.2',
    '--no-report',
    ...inProcess,
  );
  t.equal(code, 0);
  t.equal(out.match(/^bp on yin-yang, seed 0: finished/gm)?.length, 2);
  t.equal(new Set(out.match(/^folder.*$/gm)).size, 2, 'with hashes of their own');
  const compared = await apical(
    'compare',
    './tiny.yaml',
    '-m',
    'schemes=bp,fa',
    'seeds=1',
    'train.batch=10,20',
    ...inProcess,
  );
  t.equal(compared.code, 0, compared.err);
  t.equal(compared.out.match(/^paired: yes$/gm)?.length, 2);
  t.ok(existsSync('runs/tiny/comparison-2.json') && existsSync('runs/tiny/report-2.html'));
});

t.test('what is wrong is told before anything is computed, with place and exit code 2', async t => {
  here(t, {
    'wrong.yaml': `${tiny}define:
  rules:
    mine:
      source: { paper: ours }
      update: { terms: [{ post: "delta + (r", pre: r }] }
`,
    'broken.mjs': 'export default {',
  });
  const wrong = async (message: RegExp, ...argv: string[]): Promise<void> => {
    const { code, out, err } = await apical(...argv);
    t.equal(code, 2, argv.join(' '));
    t.match(err, message);
    t.notMatch(out + err, /^\s+at \S+ \(|^\s+at file:/m, 'no stack');
  };
  await wrong(/unknown command 'compaer'\n\(Did you mean compare\?\)/, 'compaer');
  await wrong(/missing required argument 'experiment'/, 'run');
  await wrong(/invalid. give a whole number, 0 or more/, 'compare', 'x', '--workers', '1.5');
  await wrong(
    /^error: unknown config "experiment\/dmo"; did you mean "experiment\/demo"\?/,
    'run',
    'experiment/dmo',
  );
  await wrong(
    /unknown key "trian"; did you mean "train"\?[^]*at command line "trian/,
    'run',
    './tiny.yaml',
    'trian.epochs=1',
  );
  await wrong(/has 3 schemes: bp, fa, frozen; say which one to run with schemes=bp/, 'run', './tiny.yaml');
  await wrong(/unknown Scheme "fb"/, 'run', './tiny.yaml', 'scheme=fb');
  await wrong(
    /\n {2}at wrong\.yaml:\d+/,
    'run',
    './wrong.yaml',
    'schemes=bp',
    'schemes.bp.plasticity.forward.rule=mine',
  );
  await wrong(/plugin ".\/broken.mjs" \(named by --plugin\) failed/, 'list', '--plugin', './broken.mjs');
  await wrong(
    /the baseline of experiment tiny is "bp"[^]*\n {2}at .*tiny\.yaml:\d+/,
    'compare',
    './tiny.yaml',
    'schemes=fa,frozen',
  );
  await wrong(/unknown Scheme "bpp"; did you mean "bp"\?/, 'show', 'scheme', 'bpp');
  await wrong(/unknown kind of part "foo"/, 'list', 'foo');
  await wrong(/no folder nowhere/, 'report', 'nowhere');
  await wrong(/no golden cases at nowhere/, 'verify', 'nowhere');
  await wrong(/data set "yin-yang" needs no download/, 'data', 'fetch', 'yin-yang');
  await wrong(
    /needs "magic", which is not loaded; add --plugin magic/,
    'run',
    './tiny.yaml',
    'schemes=bp',
    'plugins=[magic]',
  );
  t.match((await apical('run', 'x', '--debug')).err, /\n +at .*compose\.ts/, '--debug shows the stack');
  t.notOk(existsSync('runs'));
});

// processes that start under load need their time
t.test(
  'Ctrl-C lets runs write a checkpoint and ends with 130; the same command goes on',
  { timeout: 120_000 },
  async t => {
    const folder = here(t);
    const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
    const args = ['./tiny.yaml', 'schemes=bp', 'seeds=1', 'train.epochs=30000', 'train.evaluateEvery=30000'];
    const child = spawn(process.execPath, [...process.execArgv, main, 'compare', ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = once(child, 'close');
    let said = '';
    child.stdout.on('data', (text: Buffer) => void (said += text.toString()));
    child.stderr.on('data', (text: Buffer) => void (said += text.toString()));
    const files = (): string[] =>
      existsSync('runs')
        ? readdirSync('runs', { recursive: true }).map(name => path.basename(String(name)))
        : [];
    while (!files().includes('metrics.jsonl') && child.exitCode === null) await wait(50);
    child.kill('SIGINT');
    const [code] = (await closed) as [number];
    t.equal(code, 130, said);
    t.match(said, /stopping: runs write a checkpoint; once more ends at once/);
    t.match(said, /interrupted: 0 of 1 runs ended; the same command goes on with the others/);
    t.ok(files().includes('checkpoint.safetensors'));
    t.notOk(files().includes('comparison.json'), 'half a comparison is none');
  },
);
