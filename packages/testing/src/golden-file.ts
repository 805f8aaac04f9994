/** Golden case files: found, read and checked for form. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ApicalError } from '@apical/core';
import type { GoldenArray, GoldenCase } from '@apical/core';

export interface GoldenFile {
  readonly file: string;
  /** The case, or why it cannot be read. */
  readonly golden: GoldenCase | ApicalError;
}
const damaged = (file: string, why: string): ApicalError =>
  new ApicalError('APICAL_GOLDEN', `${file}: ${why}`, { at: file });

function checkArray(file: string, name: string, a: Partial<GoldenArray> | undefined): void {
  if (!Array.isArray(a?.shape) || !Array.isArray(a.data))
    throw damaged(file, `array "${name}" needs "shape" and "data"`);
  const length = (a.shape as number[]).reduce((x, y) => x * y, 1);
  if (length !== a.data.length)
    throw damaged(
      file,
      `array "${name}" has ${a.data.length} numbers; its shape [${a.shape.join(', ')}] asks for ${length}`,
    );
  const bad = a.data.findIndex(v => typeof v !== 'number' || !Number.isFinite(v));
  if (bad >= 0)
    throw damaged(
      file,
      `array "${name}"[${bad}] is ${JSON.stringify(a.data[bad])}; finite numbers are wanted`,
    );
}
/** Throws `APICAL_GOLDEN` naming the file and what is wrong with it. */
export async function readGolden(file: string): Promise<GoldenCase> {
  let parsed: Partial<GoldenCase>;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8')) as Partial<GoldenCase>;
  } catch (e) {
    throw damaged(file, `cannot be read: ${e instanceof Error ? e.message : String(e)}`);
  }
  if (parsed.format !== 'golden-case/1')
    throw damaged(file, `"format" is ${JSON.stringify(parsed.format)}; "golden-case/1" is wanted`);
  for (const key of ['id', 'model', 'parameters', 'arrays', 'expected', 'tolerance', 'steps'] as const)
    if (parsed[key] === undefined) throw damaged(file, `"${key}" is missing`);
  const golden = parsed as GoldenCase;
  for (const [name, a] of Object.entries({ ...golden.arrays, ...golden.expected })) checkArray(file, name, a);
  if (Object.keys(golden.expected).length === 0)
    throw damaged(file, '"expected" is empty: nothing would be compared');
  return golden;
}
/** All `.json` files at or below the paths, in order of name. A path that does not exist is an error. */
export async function findGolden(paths: readonly string[]): Promise<string[]> {
  const out: string[] = [];
  const visit = async (path: string): Promise<void> => {
    if ((await stat(path)).isFile()) {
      if (path.endsWith('.json')) out.push(path);
      return;
    }
    for (const name of (await readdir(path)).sort()) await visit(join(path, name));
  };
  for (const path of paths)
    try {
      await visit(path);
    } catch (e) {
      throw new ApicalError(
        'APICAL_GOLDEN',
        `no golden cases at ${path}: ${e instanceof Error ? e.message : String(e)}`,
      );
    }
  return out;
}
export async function loadGolden(paths: readonly string[]): Promise<GoldenFile[]> {
  const files = await findGolden(paths);
  return Promise.all(
    files.map(async file => {
      try {
        return { file, golden: await readGolden(file) };
      } catch (e) {
        return { file, golden: e as ApicalError };
      }
    }),
  );
}
