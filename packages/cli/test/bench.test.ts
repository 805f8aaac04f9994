import t from 'tap';
import { benchText, digits } from '../src/commands/bench.js';
import { apical } from './command.js';

// looked at when the backend is first asked for
process.env['APICAL_BLAS'] = '/no/such/library.so';
const quick = ['bench', '--only', 'gemv-20x20', '--seconds', '0.01'];

t.test('help teaches workloads, limits and examples', async t => {
  const { code, out } = await apical('bench', '--help');
  t.equal(code, 0);
  t.match(out, /gemm-BxNxM +a layer's drive/);
  t.match(out, /limit memory/);
  t.match(out, /Examples:\n[^]*apical bench --backend wasm,blas/);
});
t.test('JSON keeps its form', async t => {
  const { code, out } = await apical(...quick, '--backend', 'reference,wasm', '--json');
  t.equal(code, 0);
  const result = JSON.parse(out) as Parameters<typeof benchText>[0];
  t.strictSame(Object.keys(result), ['schema', 'clock', 'machine', 'backends', 'peaks', 'results']);
  t.strictSame(Object.keys(result.machine), ['cpu', 'cores', 'node', 'platform', 'load']);
  t.match(result, { schema: 1, clock: 'cpu', machine: { node: process.version, load: [Number, Number] } });
  t.strictSame(result.backends, [
    { name: 'reference', flags: {} },
    { name: 'wasm', flags: { simd: '128' } },
  ]);
  t.match(result.peaks, {
    plain: { float32: Number, float64: Number },
    read: [{ bytes: 16384, gigabytes: Number }],
  });
  t.strictSame(
    result.results.map(r => `${r.dtype} ${r.backend}`),
    ['float32 reference', 'float32 wasm', 'float64 reference', 'float64 wasm'],
  );
  for (const one of result.results) {
    const keys = ['workload', 'doc', 'kind', 'dtype', 'backend', 'seconds', 'rounds', 'rate', 'roofline'];
    t.strictSame(Object.keys(one), keys);
    t.strictSame(Object.keys(one.seconds), ['median', 'least', 'most']);
    t.strictSame(Object.keys(one.roofline!), ['bound', 'reached', 'peak', 'share']);
    t.match(one, { workload: 'gemv-20x20', kind: 'kernel', rate: { value: Number, unit: 'GFLOP/s' } });
  }
});
t.test('the table tells machine, peaks and why a backend is left out', async t => {
  const { code, out, err } = await apical(...quick, '--dtype', 'float32', '--wall');
  t.equal(code, 0);
  t.match(out, /node v\d+.*, load [\d.]+ before, [\d.]+ after; time on the wall\n/);
  t.match(out, 'backend blas is left out: APICAL_BLAS is "/no/such/library.so": it cannot be loaded');
  t.match(out, /peak of one core, 128-bit: [\d.]+ GFLOP\/s float32/);
  t.match(out, /reads of 16 KiB: [\d.]+, 256 KiB/);
  t.match(out, /^kernel +dtype +rate +limit +reference +wasm/m);
  t.match(out, /^gemv-20x20 +float32 +GFLOP\/s +(memory|compute) +[\d.]+ +\d+ % +[\d.]+ +\d+ %/m);
  t.notMatch(out, 'training');
  t.match(err, '0 of 2 done; peaks of this machine');
  t.equal((await apical(...quick, '--backend', 'wasm', '--quiet')).err, '');
});
t.test('what is not there is wrong usage', async t => {
  const answers = await Promise.all([
    apical('bench', '--only', 'gemmm'),
    apical('bench', '--backend', 'wasn'),
    apical('bench', '--backend', 'blas'),
    apical('bench', '--dtype', 'float16'),
    apical('bench', '--seconds', '0'),
  ]);
  t.strictSame(
    answers.map(a => a.code),
    [2, 2, 2, 2, 2],
  );
  t.match(answers[0].err, /no workload has "gemmm" in its name; there are gemm-100x500x500, /);
  t.match(answers[1].err, /did you mean "wasm"/);
  t.match(answers[2].err, /backend "blas" cannot be used here: APICAL_BLAS is "\/no\/such\/library\.so"/);
  t.match(answers[3].err, /--dtype float16: give float32 or float64/);
  t.match(answers[4].err, /give a number above 0/);
});
t.test('numbers have three digits and no exponent', async t => {
  t.strictSame([0.01234, 1, 12.34, 123.4, 12345, 1.2345e6].map(digits), [
    '0.0123',
    '1.00',
    '12.3',
    '123',
    '12 300',
    '1 230 000',
  ]);
});
