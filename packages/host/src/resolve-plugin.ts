/** From the name of a package or a path to the file that is imported, seen from a folder of the user's. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const isPath = (specifier: string): boolean =>
  /^\.{1,2}(?:[\\/]|$)/.test(specifier) || path.isAbsolute(specifier) || specifier.startsWith('file:');

/** An entry of a package's folder for `import`, by its package.json. */
function entryOf(folder: string, subpath = '.'): string | undefined {
  const manifest = path.join(folder, 'package.json');
  if (!existsSync(manifest)) return undefined;
  const { exports, main } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    readonly exports?: unknown;
    readonly main?: string;
  };
  let target: unknown = subpath === '.' ? exports : (exports as Readonly<Record<string, unknown>>)[subpath];
  while (typeof target === 'object' && target !== null) {
    const conditions = target as Readonly<Record<string, unknown>>;
    const key = Object.keys(conditions).find(k =>
      ['.', 'node', 'import', 'module-sync', 'default'].includes(k),
    );
    target = key === undefined ? undefined : conditions[key];
  }
  const file = path.join(folder, typeof target === 'string' ? target : (main ?? 'index.js'));
  return existsSync(file) ? file : undefined;
}
/** Where the package lies, by the rule of Node: `node_modules` of the folder and of those above it. */
function packageFolder(name: string, base: string): string | undefined {
  for (let folder = base; ; folder = path.dirname(folder)) {
    const found = path.join(folder, 'node_modules', name);
    if (existsSync(found)) return found;
    if (folder === path.dirname(folder)) return undefined;
  }
}
/** Absolute file name, or undefined where there is none. */
export function resolvePlugin(specifier: string, base: string): string | undefined {
  if (isPath(specifier)) {
    const file = specifier.startsWith('file:') ? fileURLToPath(specifier) : path.resolve(base, specifier);
    if (!existsSync(file)) return undefined;
    return statSync(file).isDirectory() ? entryOf(file) : file;
  }
  try {
    const file = createRequire(path.join(base, 'package.json')).resolve(specifier);
    return path.isAbsolute(file) ? file : undefined;
  } catch (error) {
    // `require` does not see a package whose exports have the condition "import" alone.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined;
    const folder = packageFolder(specifier, base);
    return folder === undefined ? undefined : entryOf(folder);
  }
}
/** The folder of the package that a file belongs to. */
export function packageOf(file: string): string | undefined {
  for (let at = path.dirname(file); ; at = path.dirname(at)) {
    if (existsSync(path.join(at, 'package.json'))) return at;
    if (at === path.dirname(at)) return undefined;
  }
}
/**
 * What an entry beside the main one, such as `./golden`, leads to, under the conditions that this process imports with;
 * undefined where it is missing. `declared` tells whether the package.json has it at all.
 */
export function resolveEntry(
  folder: string,
  subpath: `./${string}`,
): { readonly declared: boolean; readonly file?: string } {
  const { name, exports } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    readonly name?: string;
    readonly exports?: unknown;
  };
  const declared = typeof exports === 'object' && exports !== null && Object.hasOwn(exports, subpath);
  if (!declared || name === undefined) return { declared };
  let file: string | undefined;
  try {
    // a package finds itself by its name
    file = createRequire(path.join(folder, 'package.json')).resolve(name + subpath.slice(1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED')
      file = entryOf(folder, subpath);
  }
  return file !== undefined && existsSync(file) ? { declared, file } : { declared };
}
