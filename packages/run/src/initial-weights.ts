/** First weights: draws as the config says, and arrays read from `.npz` or `.safetensors` files. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { WeightPlace } from '@apical/circuit';
import { ApicalError } from '@apical/core';
import type { Initial, InitialConfig, RunConfig, Shape } from '@apical/core';
import { readNpz, readSafetensors } from '@apical/data';
import { unknownAt, type Locate, type RunCatalogues } from '@apical/schemes';

export interface LoadedWeights {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
  /** SHA-256 of the file. */
  readonly digest: string;
}
/**
 * One array of a file, row-major. Throws `APICAL_WEIGHTS` where the file, the key or a finite number is missing, before
 * any compute.
 */
export async function loadWeights(path: string, key: string, at?: string): Promise<LoadedWeights> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApicalError('APICAL_WEIGHTS', `weights file ${path} cannot be read: ${why}`, {
      at,
      cause: error,
    });
  }
  const kind = extname(path);
  if (kind !== '.npz' && kind !== '.safetensors')
    throw new ApicalError('APICAL_WEIGHTS', `weights file ${path}: give an .npz or a .safetensors file`, {
      at,
    });
  const arrays = kind === '.npz' ? readNpz(bytes, path) : readSafetensors(bytes, path).tensors;
  const found = Object.hasOwn(arrays, key) ? arrays[key] : undefined;
  if (!found) throw unknownAt(`array in ${path}`, key, Object.keys(arrays), at, 'APICAL_WEIGHTS');
  const { data, offset, shape } = found;
  const length = shape.reduce((a, b) => a * b, 1);
  const values = data.subarray(offset, offset + length);
  const wrong = values.findIndex(v => !Number.isFinite(v));
  if (wrong >= 0)
    throw new ApicalError(
      'APICAL_WEIGHTS',
      `${path}, array "${key}": entry ${wrong} (${indexIn(wrong, shape)}) is ${values[wrong]!}; all weights must be finite`,
      { at },
    );
  return { shape, data: values, digest: createHash('sha256').update(bytes).digest('hex') };
}
/** `[2, 5]`: place of the flat index in a row-major array. */
export function indexIn(flat: number, shape: Shape): string {
  const out: number[] = [];
  let rest = flat;
  for (const n of [...shape].reverse()) {
    out.unshift(rest % n);
    rest = Math.floor(rest / n);
  }
  return `[${out.join(', ')}]`;
}

/** Roles that not every scheme has: said for all schemes, they mean those that have them. */
const commonRoles = ['feedback', 'feedback/bias', 'forward', 'forward/bias'];

export interface InitialWeights {
  readonly weights: Readonly<Record<string, Initial>>;
  /** SHA-256 by path as written: part of the hash of a run. */
  readonly digests: Readonly<Record<string, string>>;
}
/** `network.weights`, then those of the scheme. Relative paths are looked up from `directory`. */
export async function initialWeights(
  config: Pick<RunConfig, 'network' | 'scheme' | 'label'>,
  places: readonly WeightPlace[],
  catalogues: Pick<RunCatalogues, 'Initialiser'>,
  options: { readonly directory?: string; readonly locate?: Locate } = {},
): Promise<InitialWeights> {
  const { directory = '.', locate = () => undefined } = options;
  const weights: Record<string, Initial> = {};
  const digests: Record<string, string> = {};
  const known = [...new Set(places.flatMap(p => [p.name, p.role]))].filter(n => n !== '');
  const all: [string, InitialConfig, string][] = [
    ...Object.entries(config.network.weights ?? {})
      .filter(([name]) => known.includes(name) || !commonRoles.includes(name))
      .map(([k, v]): [string, InitialConfig, string] => [k, v, `network.weights.${k}`]),
    ...Object.entries(config.scheme.weights ?? {}).map(([k, v]): [string, InitialConfig, string] => [
      k,
      v,
      `schemes.${config.label}.weights.${k}`,
    ]),
  ];
  for (const [name, given, path] of all) {
    const place = locate(path);
    if (!known.includes(name)) {
      const error = unknownAt(`projection or role of scheme ${config.scheme.use}`, name, known, place);
      const hint = path.startsWith('network.')
        ? `; what only some schemes have belongs under schemes.<label>.weights`
        : '';
      throw new ApicalError(error.code, `${path}: ${error.message}${hint}`, { at: place });
    }
    if ('draw' in given) {
      checkDraw(given, catalogues, path, locate);
      weights[name] = given;
      continue;
    }
    for (const p of places.filter(p => p.name === name || p.role === name)) {
      const loaded = await loadWeights(resolve(directory, given.file), given.key ?? p.name, place);
      weights[p.name] = { values: fitted(loaded, p, given.file, place) };
      digests[given.file] = loaded.digest;
    }
  }
  return { weights, digests };
}
function checkDraw(
  given: Extract<InitialConfig, { draw: string }>,
  catalogues: Pick<RunCatalogues, 'Initialiser'>,
  path: string,
  locate: Locate,
): void {
  const initialiser = catalogues.Initialiser.get(given.draw, locate(`${path}.draw`) ?? locate(path));
  for (const name of Object.keys(given.parameters ?? {}))
    if (!Object.hasOwn(initialiser.parameters, name)) {
      const place = locate(`${path}.parameters.${name}`);
      throw unknownAt(
        `parameter of initialiser ${given.draw}`,
        name,
        Object.keys(initialiser.parameters),
        place,
      );
    }
}
/** Values in stored order. */
function fitted(
  { shape, data }: LoadedWeights,
  place: WeightPlace,
  file: string,
  at?: string,
): ArrayLike<number> {
  const wanted = place.transposed ? [...place.shape].reverse() : place.shape;
  if (shape.length !== wanted.length || shape.some((n, k) => n !== wanted[k])) {
    const turned = shape.length === 2 && shape[0] === wanted[1] && shape[1] === wanted[0];
    throw new ApicalError(
      'APICAL_WEIGHTS',
      `${file}: weights for ${place.name} are [${shape.join(', ')}], [${wanted.join(', ')}] is needed` +
        (turned ? '; rows are postsynaptic: transpose the array' : ''),
      { at },
    );
  }
  if (!place.transposed) return data;
  const [rows = 0, cols = 0] = place.shape;
  return Float64Array.from(
    { length: rows * cols },
    (_, i) => data[(i % cols) * rows + Math.floor(i / cols)]!,
  );
}
