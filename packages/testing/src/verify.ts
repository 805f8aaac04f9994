/** Replays golden cases through shipped schemes. A case that is skipped or a key that is not produced has failed. */
import { ApicalError } from '@apical/core';
import type { Backend, GoldenBench, GoldenCase, GoldenReplay, Memory } from '@apical/core';
import { assemble, type Library } from '@apical/circuit';
import { fill } from '@apical/schemes';
import { loadGolden } from './golden-file.js';
import { recordedStreams } from './recorded.js';
import { Score, type ScoreResult } from './score.js';

export interface VerifyOptions {
  readonly paths: readonly string[];
  readonly replays: readonly GoldenReplay[];
  readonly library: Library;
  readonly backend: Backend;
}
export interface CaseResult {
  readonly file: string;
  readonly id: string;
  readonly model: string;
  readonly passed: boolean;
  readonly score?: ScoreResult;
  /** Why it failed without a score: unreadable, no replay, an error while replaying. */
  readonly error?: string;
}
export interface VerifyResult {
  readonly cases: readonly CaseResult[];
  readonly passed: number;
  readonly failed: number;
}
/** Throws `APICAL_GOLDEN` when there is no case at all. */
export async function verifyCases(options: VerifyOptions): Promise<VerifyResult> {
  const files = await loadGolden(options.paths);
  if (files.length === 0)
    throw new ApicalError('APICAL_GOLDEN', `no golden case (*.json) at or below ${options.paths.join(', ')}`);
  const byModel = new Map(options.replays.map(r => [r.model, r]));
  const cases = files.map(({ file, golden }): CaseResult => {
    if (golden instanceof Error) return { file, id: file, model: '?', passed: false, error: golden.message };
    return { file, ...replayCase(golden, byModel.get(golden.model), options, [...byModel.keys()]) };
  });
  const passed = cases.filter(c => c.passed).length;
  return { cases, passed, failed: cases.length - passed };
}
/** One case through its replay, in float64. */
export function replayCase(
  golden: GoldenCase,
  replay: GoldenReplay | undefined,
  { library, backend }: Pick<VerifyOptions, 'library' | 'backend'>,
  known: readonly string[] = [],
): Omit<CaseResult, 'file'> {
  const { id, model } = golden;
  if (!replay)
    return {
      id,
      model,
      passed: false,
      error: `skipped: no plugin replays the model "${model}"; known: ${known.join(', ')}`,
    };
  const score = new Score(golden, replay.inert);
  let memory: Memory | undefined;
  const bench: GoldenBench = {
    build: (scheme, layers, options, { batch, dt, initial, draws, signals, records, lend }) =>
      assemble(fill(scheme, options), layers, {
        memory: (memory ??= backend.open({ dtype: 'float64' })),
        batch,
        ...(dt === undefined ? {} : { dt }),
        library,
        ...(signals ? { initial: signals } : {}),
        ...(records ? { records } : {}),
        ...(lend ? { lend } : {}),
        streams: recordedStreams(id, initial ?? (() => undefined), draws ?? (() => undefined)),
      }),
    array(name) {
      const found = Object.hasOwn(golden.arrays, name) ? golden.arrays[name] : undefined;
      if (!found)
        throw new ApicalError(
          'APICAL_GOLDEN',
          `${id} records no "${name}"; it has ${Object.keys(golden.arrays).join(', ')}`,
        );
      return Float64Array.from(found.data);
    },
    compare: (name, got, row) => score.compare(name, got, row),
  };
  try {
    replay.replay(golden, bench);
  } catch (e) {
    return {
      id,
      model,
      passed: false,
      score: score.result(),
      error: e instanceof Error ? e.message : String(e),
    };
  }
  const result = score.result();
  return { id, model, passed: result.passed, score: result };
}
