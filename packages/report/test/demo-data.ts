/** Synthetic comparisons from a seeded generator: shaped like real ones, for the tests of reports. */
import type {
  ComparisonResult,
  ComparisonRow,
  Decision,
  ExperimentConfig,
  Interval,
  MetricRow,
  RunConfig,
  RunResult,
} from '@apical/core';

/** Mulberry32: enough for shapes of curves. */
function generator(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
const normal = (u: () => number): number =>
  Math.sqrt(-2 * Math.log(u() + 1e-12)) * Math.cos(2 * Math.PI * u());
/** Two-sided 95 % t quantiles by degrees of freedom 1 … 20. */
const t95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086,
];
function interval(values: readonly number[]): Interval {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  if (n < 2) return { mean, low: NaN, high: NaN };
  const half = t95[n - 2]! * Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / (n - 1) / n);
  return { mean, low: mean - half, high: mean + half };
}
export interface Demo {
  readonly schemes?: readonly string[];
  readonly seeds?: number;
  readonly epochs?: number;
  readonly layers?: number;
  readonly probes?: boolean;
  readonly margin?: number | null;
  readonly control?: string;
  /** `scheme/seed` of runs that diverge half-way. */
  readonly diverged?: readonly string[];
  /** `scheme/seed` of runs that tell NaN at every third epoch. */
  readonly gaps?: readonly string[];
  readonly higher?: boolean;
  readonly paired?: boolean;
}
const train = {
  epochs: 10,
  batch: 32,
  dtype: 'float64',
  backend: 'wasm',
  evaluateBatch: 256,
  evaluateEvery: 1,
  evaluateOn: ['train', 'validation'],
  checkpointSeconds: 60,
  limit: null,
} as const;

/** As the comparison decides where no run failed. */
function decisionOf(n: number, pHolm: number, mean: number, higher: boolean): Decision {
  if (n < 6) return 'too few';
  return pHolm > 0.05 ? 'not shown' : mean > 0 === higher ? 'better' : 'worse';
}
export function demoComparison(demo: Demo = {}): ComparisonResult {
  const {
    schemes = ['bp', 'fa', 'dfa', 'pal', 'burstccn'],
    seeds = 5,
    epochs = 30,
    layers = 3,
    probes = true,
    margin = 0.5,
    diverged = [],
    gaps = [],
    higher = false,
    paired = true,
  } = demo;
  const baseline = schemes.includes('bp') ? 'bp' : schemes[0]!;
  const experiment: ExperimentConfig = {
    name: 'demo',
    doc: 'Synthetic numbers.',
    task: { use: 'classification' },
    dataset: { use: 'yin-yang' },
    network: { hidden: Array.from({ length: layers - 1 }, () => 30), activation: 'tanh' },
    train: { ...train, epochs },
    schemes: Object.fromEntries(schemes.map(s => [s, {}])),
    baseline,
    ...(demo.control === undefined ? {} : { control: demo.control }),
    seeds: Array.from({ length: seeds }, (_, i) => i),
    probes: probes ? { alignment: { use: 'alignment' } } : {},
    observers: {},
    define: {},
    plugins: ['@apical/plugin-bp'],
    margin,
    meta: {},
  };
  const metric = {
    doc: 'Share of samples classified wrongly.',
    unit: '%',
    better: higher ? 'higher' : 'lower',
  } as const;
  const name = higher ? 'accuracy' : 'error';
  const runs: RunResult[] = [];
  schemes.forEach((scheme, k) => {
    const level =
      scheme === demo.control
        ? 24
        : scheme === baseline
          ? 2.4
          : 2.4 + [1.1, 0.7, 0.05, 0.3, 2, 1.5, 4][k % 7]!;
    for (let seed = 0; seed < seeds; seed++) {
      const u = generator(1000 * k + seed + 17);
      const shared = normal(generator(seed + 5));
      const offset = 0.35 * shared + 0.2 * normal(u);
      const dies = diverged.includes(`${scheme}/${seed}`);
      const holes = gaps.includes(`${scheme}/${seed}`);
      const last = dies ? Math.max(1, Math.floor(epochs / 2)) : epochs;
      const rows: MetricRow[] = [];
      const wrong = (e: number, factor: number) =>
        Math.max(
          0.01,
          (factor * level + offset + 62 * Math.exp(-e / (1.5 + k * 0.6))) * (1 + 0.03 * normal(u)),
        );
      for (let epoch = 0; epoch <= last; epoch++) {
        const at = { epoch, update: epoch * 100 };
        const blow = dies && epoch > last - 2 ? 1e4 : 1;
        const hole = holes && epoch % 3 === 1 ? NaN : 1;
        if (epoch > 0)
          for (const [split, factor] of [
            ['train', 0.8],
            ['validation', 1],
          ] as const) {
            const error = Math.min(90, wrong(epoch, factor) * (blow > 1 ? 20 : 1)) * hole;
            rows.push({ ...at, split, name, value: higher ? 100 - error : error });
            rows.push({
              ...at,
              split,
              name: 'loss',
              value: dies && epoch === last ? Infinity : (error / 30) ** 1.3 * blow,
            });
          }
        if (probes)
          for (let layer = 1; layer <= layers; layer++) {
            const goal = scheme === baseline || layer === layers ? 0 : 30 + 12 * (layers - layer) + 4 * k;
            const start = scheme === baseline || layer === layers ? 0 : 90;
            const noise = goal === 0 ? 0 : 4 * normal(u);
            const rate = Math.exp(-epoch / 6);
            const angle = goal + (start - goal) * rate + noise;
            const put = (row: string, value: number) =>
              rows.push({ ...at, probe: 'alignment', name: row, layer, value });
            put('angle-to-bp', angle);
            put('cosine-to-bp', Math.cos((angle * Math.PI) / 180));
            put('norm-ratio', goal === 0 ? 1 : 0.5 + 0.4 * u());
            put('sign-agreement', 0.5 + 0.5 * Math.cos((angle * Math.PI) / 180) ** 2);
            put('reference-norm', 0.01 * Math.exp(-epoch / 20));
            put('angle-null-sd', 57.3 / Math.sqrt(30 * layer));
            put('reference-too-small', scheme !== baseline && layer === 1 && epoch > 0.8 * epochs ? 1 : 0);
            if (layer < layers && scheme !== baseline)
              put('angle-weights', 90 - 30 * (1 - rate) + 2 * normal(u));
          }
      }
      const error = Math.max(0.05, level + offset + 0.1 * normal(u));
      const config: RunConfig = { ...experiment, label: scheme, scheme: { use: scheme }, seed };
      runs.push({
        config,
        rows,
        summary: {
          schema: 1,
          id: { experiment: 'demo', scheme, seed, hash: '8f3c2a1b' },
          status: dies ? 'diverged' : 'finished',
          ...(dies ? { message: 'layer2.delta is not finite in phase backward' } : {}),
          epochs: last,
          updates: last * 100,
          seconds: 2 + k * 1.7 + 0.1 * seed,
          final: dies
            ? {}
            : {
                [`validation/${name}`]: higher ? 100 - error : error,
                [`test/${name}`]: higher ? 100 - error : error,
                'test/loss': error / 30,
              },
          ...(dies
            ? {}
            : {
                best: {
                  epoch: last,
                  metrics: { [`validation/${name}`]: higher ? 100.1 - error : error - 0.1 },
                },
              }),
          headline: name,
          metrics: { [name]: metric, loss: { doc: 'Cross-entropy.', unit: 'nat', better: 'lower' } },
          pairing: { weights: { W1: 'aa01', W2: 'bb02' }, data: 'dd04', order: 'ee05' },
          backend: 'wasm',
          dtype: 'float64',
          cost: {
            parameters: 1234,
            macsPerSample: 5000 * (k + 1),
            stepsPerSample: k === 3 ? 100 : 1,
            samplesPerSecond: 30000 / (k + 1),
            memory: 2.5e6,
          },
        },
      });
    }
  });
  const value = (scheme: string, seed: number): number | null =>
    runs.find(r => r.config.label === scheme && r.config.seed === seed)?.summary.final[`test/${name}`] ??
    null;
  const rows: ComparisonRow[] = schemes.map((scheme, k) => {
    const values = Object.fromEntries(experiment.seeds.map(seed => [String(seed), value(scheme, seed)]));
    const good = Object.values(values).filter((v): v is number => v !== null);
    const pairs = experiment.seeds.flatMap(seed => {
      const a = value(scheme, seed);
      const b = value(baseline, seed);
      return a === null || b === null ? [] : [a - b];
    });
    const difference = interval(pairs);
    const p = difference.low > 0 || difference.high < 0 ? 2 ** (1 - pairs.length) : 0.4375;
    return {
      scheme,
      values,
      runs: seeds,
      failures: seeds - good.length,
      ...(good.length ? { estimate: interval(good) } : {}),
      ...(scheme === baseline || pairs.length === 0
        ? {}
        : {
            difference: {
              ...difference,
              n: pairs.length,
              failed: 0,
              decision: decisionOf(pairs.length, p * (schemes.length - 1), difference.mean, higher),
              ...(pairs.length >= 5 ? { p, pHolm: Math.min(1, p * (schemes.length - 1)) } : {}),
              ...(pairs.length > 2 ? { correlation: 0.71 } : {}),
              ...(margin === null
                ? {}
                : {
                    equivalence:
                      difference.low > -margin && difference.high < margin
                        ? ('equivalent' as const)
                        : ('not shown' as const),
                  }),
            },
          }),
      secondsPerRun: 2 + k * 1.7,
      macsPerSample: 5000 * (k + 1),
    };
  });
  const controlRow = rows.find(r => r.scheme === demo.control);
  return {
    schema: 1,
    experiment,
    hash: '8f3c2a1b9d4e5f60',
    timeSteps: [],
    headline: name,
    metric,
    rows,
    baseline,
    paired: paired
      ? {
          yes: true,
          evidence: [
            'first weights W1 aa01, W2 bb02: equal for all schemes at every seed',
            'data dd04, order ee05',
          ],
        }
      : { yes: false, evidence: ['seed 3: W1 of dfa is cc03, of bp aa01'] },
    notes: seeds < 10 ? [`not for inference: ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`] : [],
    ...(controlRow?.difference
      ? { control: { scheme: controlRow.scheme, difference: controlRow.difference, beaten: 'yes' as const } }
      : {}),
    failed: runs
      .filter(r => r.summary.status === 'diverged')
      .map(r => ({
        id: r.summary.id,
        message: r.summary.message!,
        folder: `runs/demo/${r.config.label}/8f3c2a1b/seed=${r.config.seed}`,
      })),
    runs,
    command: 'apical compare experiment/demo seeds=5',
    environment: {
      version: '0.1.0',
      git: { sha: '93f37880aa11bb22cc33dd44ee55ff6677889900', dirty: false },
      node: 'v20.20.2',
      platform: 'linux x64',
      cpu: 'Example CPU',
      cores: 2,
      lock: 'sha256-0011aabb',
    },
  };
}
