/** From the name of a package or a path to the file that is imported, seen from a folder of the user's. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const isPath = (specifier: string): boolean =>
  /^\.{1,2}(?:[\\/]|$)/.test(specifier) || path.isAbsolute(specifier) || specifier.startsWith('file:');

/** The `import` entry of a package's folder, by its package.json. */
function entryOf(folder: string): string | undefined {
  const manifest = path.join(folder, 'package.json');
  if (!existsSync(manifest)) return undefined;
  const { exports, main } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    readonly exports?: unknown;
    readonly main?: string;
  };
  let target: unknown = exports;
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
