/** Yin-Yang against the authors' numbers, and the teacher-student task's promises. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import t from 'tap';
import { type Formats, isApicalError, type Option } from '@apical/core';
import plugin, {
  createTeacher,
  createTeacherStudent,
  createYinYang,
  mersenneTwister,
  yinYang,
  yinYangClass,
} from '@apical/plugin-datasets-synthetic';

const sha256 = (bytes: Uint8Array | readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const part of bytes instanceof Uint8Array ? [bytes] : bytes) hash.update(part);
  return hash.digest('hex');
};
/** These data sets ask the service for nothing but the digest. */
const formats = { sha256 } as unknown as Formats;
async function refusal(run: Promise<unknown>): Promise<string> {
  const e: unknown = await run.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (isApicalError(e) && e.code === 'APICAL_OPTION') return e.message;
  throw new Error(`expected APICAL_OPTION, found ${String(e)}`);
}
interface Summary {
  readonly size: number;
  readonly class_counts: number[];
  readonly mt19937_words_drawn: number;
  readonly sha256_of_samples_as_little_endian_float64: string;
  readonly sha256_of_labels_as_uint8: string;
}
interface Golden {
  readonly parameters: Record<string, number>;
  readonly expected: Record<string, { data: number[] } & Summary> & { mt19937_seed42_first_words: number[] };
}
const golden = JSON.parse(
  await readFile(new URL('golden/yin-yang-seed42.golden.json', import.meta.url), 'utf8'),
) as Golden;

t.test('the generator gives the words of seed 42', async t => {
  const random = mersenneTwister(42);
  t.same(
    golden.expected.mt19937_seed42_first_words.map(() => random.word()),
    golden.expected.mt19937_seed42_first_words,
  );
  const many = mersenneTwister(5489);
  for (let k = 1; k < 10_000; k++) many.word();
  t.equal(many.word(), 4123659995, 'the 10 000th word of the C++ standard');
  const one = mersenneTwister(3);
  t.equal(one.integer(1), 0);
  const counts = [0, 0, 0, 0, 0];
  for (let k = 0; k < 1000; k++) counts[one.integer(5)]!++;
  t.ok(counts.every(n => n > 150 && n < 250));
});

t.test('Yin-Yang equals the published sets bit for bit', async t => {
  const data = await createYinYang(formats).load({});
  t.same([data.shape, data.classes], [[4], ['lower', 'upper', 'dot']]);
  for (const name of ['train', 'validation', 'test'] as const) {
    const { inputs, labels } = data.splits[name];
    const summary = golden.expected[`${name}_summary`]!;
    t.same(inputs.shape, [summary.size, 4]);
    t.same([...inputs.data.slice(0, 80)], golden.expected[`${name}_samples`]!.data);
    t.same([...labels!.data.slice(0, 20)], golden.expected[`${name}_labels`]!.data);
    t.equal(sha256(new Uint8Array(inputs.data.buffer)), summary.sha256_of_samples_as_little_endian_float64);
    t.equal(sha256(Uint8Array.from(labels!.data)), summary.sha256_of_labels_as_uint8);
    t.same(
      [0, 1, 2].map(c => labels!.data.filter(l => l === c).length),
      summary.class_counts,
    );
  }
  t.match(data.digest, /^[0-9a-f]{64}$/);
  t.equal((await createYinYang(formats).load({ train: 5000 })).digest, data.digest);
  t.not((await createYinYang(formats).load({ testSeed: 39 })).digest, data.digest);
});

t.test(
  'a smaller Yin-Yang set is a prefix, another size of the disc scales it, counts of zero are fine',
  async t => {
    t.same(yinYang(7, 42).samples, yinYang(20, 42).samples.slice(0, 28));
    t.equal(yinYangClass(0.5, 0.9, 0.5, 0.1), 1, 'the top of the disc is upper');
    t.equal(yinYangClass(0.5, 0.1, 0.5, 0.1), 0, 'the bottom is lower');
    t.same([yinYangClass(0.75, 0.5, 0.5, 0.1), yinYangClass(0.25, 0.5, 0.5, 0.1)], [2, 2]);
    const { splits } = await createYinYang(formats).load({
      train: 5,
      validation: 0,
      test: 3,
      rBig: 1,
      rSmall: 0.2,
    });
    t.same([splits.validation.inputs.shape, splits.test.labels!.shape], [[0, 4], [3]]);
    const scaled = yinYang(5, 42, 1, 0.2).samples;
    t.same(
      scaled.filter((_, k) => k % 4 < 2),
      yinYang(5, 42)
        .samples.filter((_, k) => k % 4 < 2)
        .map(x => 2 * x),
    );
  },
);

t.test('a wrong option is answered with what is right', async t => {
  const load = (given: Record<string, Option>): Promise<string> =>
    refusal(createYinYang(formats).load(given));
  t.match(await load({ trian: 5 }), /unknown option of data set "yin-yang" "trian".*Known: .*train/);
  t.match(await load({ train: '5' }), /option "train": found "5" \(a string\); give a number/);
  t.match(await load({ train: 0 }), /found 0; give a whole number, at least 1/);
  t.match(await load({ train: 2.5 }), /found 2.5; give a whole number/);
  t.match(await load({ rSmall: 0.5 }), /"rSmall": found 0.5; give a finite number, at least .* at most 0.2/);
  const student = (given: Record<string, Option>): Promise<string> =>
    refusal(createTeacherStudent(formats).load(given));
  t.match(await student({ sizes: [8] }), /"sizes": found \[8\]; give at least two/);
  t.match(await student({ attenuation: [0.5] }), /found \[0.5\]; give one number for each of 2 layers/);
  t.match(await student({ activation: 'tan' }), /found "tan"; give one of "tanh", "linear"/);
  t.match(await student({ noise: -1 }), /at least 0/);
});

t.test('targets are what the teacher says; noise is on the training targets alone', async t => {
  const options = { sizes: [5, 4, 3], train: 40, validation: 6, test: 7, seed: 11, bias: 0.3 };
  const clean = await createTeacherStudent(formats).load(options);
  const noisy = await createTeacherStudent(formats).load({ ...options, noise: 0.5 });
  t.same([clean.shape, clean.splits.test.targets!.shape], [[5], [7, 3]]);
  t.equal(clean.classes, undefined);
  const teacher = createTeacher({ seed: 11, sizes: [5, 4, 3], activation: 'tanh', gain: 1, bias: 0.3 });
  const x = clean.splits.test.inputs.data as Float64Array;
  const hidden = Array.from({ length: 4 }, (_, i) => {
    const z = [0, 1, 2, 3, 4].reduce(
      (s, j) => s + teacher.weights[0]![i * 5 + j]! * x[j]!,
      teacher.biases[0]![i]!,
    );
    return Math.tanh(z);
  });
  const expected = [0, 1, 2, 3].reduce(
    (s, j) => s + teacher.weights[1]![4 + j]! * hidden[j]!,
    teacher.biases[1]![1]!,
  );
  const rounding = 1e-14; // sums of 5 terms of order 1
  t.ok(Math.abs(clean.splits.test.targets!.get(0, 1) - expected) < rounding);
  t.same(noisy.splits.train.inputs.data, clean.splits.train.inputs.data);
  t.same(noisy.splits.test.targets!.data, clean.splits.test.targets!.data);
  const residuals = [...noisy.splits.train.targets!.data].map(
    (y, k) => y - clean.splits.train.targets!.data[k]!,
  );
  const std = Math.sqrt(residuals.reduce((s, r) => s + r * r, 0) / residuals.length);
  t.ok(std > 0.35 && std < 0.65, 'of 120 draws, 4 standard errors');
  t.not(noisy.digest, clean.digest);
  t.equal((await createTeacherStudent(formats).load(options)).digest, clean.digest);
});

t.test('a linear teacher is linear, whatever the sizes of the splits', async t => {
  const teacher = createTeacher({ seed: 2, sizes: [3, 4, 2], activation: 'linear', gain: 1.5, bias: 0 });
  const [a, b] = [Float64Array.of(1, -2, 0.5), Float64Array.of(0.25, 1, 3)];
  const sum = teacher.apply(a.map((v, k) => v + b[k]!));
  const separate = teacher.apply(a).map((v, k) => v + teacher.apply(b)[k]!);
  t.ok(sum.every((v, k) => Math.abs(v - separate[k]!) < 1e-13));
  const small = await createTeacherStudent(formats).load({ train: 3, validation: 0, test: 0 });
  const large = await createTeacherStudent(formats).load({ train: 9 });
  t.same(small.splits.train.targets!.data, large.splits.train.targets!.data.slice(0, 12));
});

t.test('the plugin contributes both', async t => {
  t.equal(plugin.name, 'datasets-synthetic');
  t.equal(plugin.contributes!.Dataset!.length, 2);
});

t.test(
  'a teacher of constant weights loses a share of every layer’s input, and sees inputs between 0 and 1',
  async t => {
    const attenuation = [0.1 / 0.19, 0.1 / 0.13];
    const options = {
      sizes: [1, 1, 1],
      activation: 'sigmoid',
      weights: 'constant',
      gain: 2,
      inputs: 'uniform',
    };
    const { splits } = await createTeacherStudent(formats).load({ ...options, attenuation, train: 50 });
    const { inputs, targets } = splits.train;
    for (let k = 0; k < 50; k++) {
      const x = inputs.get(k, 0);
      t.ok(x >= 0 && x < 1);
      const hidden = 1 / (1 + Math.exp(-attenuation[0]! * 2 * x));
      t.ok(Math.abs(targets!.get(k, 0) - attenuation[1]! * 2 * hidden) < 1e-15);
    }
  },
);

t.test('uniform weights of a teacher fill their range', t => {
  const { weights } = createTeacher({
    seed: 3,
    sizes: [20, 30],
    activation: 'tanh',
    weights: 'uniform',
    gain: 2,
    bias: 0,
  });
  const [low, high] = [Math.min(...weights[0]!), Math.max(...weights[0]!)];
  t.ok(low >= -2 && low < -1.95 && high < 2 && high > 1.95, `${low} to ${high}`);
  t.end();
});
