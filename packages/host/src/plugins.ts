/** Finding and importing plugins: those that come with Apical, those a package.json or the caller names. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ApicalError, isApicalError } from '@apical/core';
import type { Plugin } from '@apical/core';
import { checkForm } from './check-plugins.js';
import { isPath, resolvePlugin } from './resolve-plugin.js';

/** A plugin and how it came to be loaded. */
export interface LoadedPlugin {
  readonly plugin: Plugin;
  /** As it was named: a package or a path. */
  readonly specifier: string;
  /** Who named it: a package.json, `--plugin`, `Apical itself`, `built in`. */
  readonly from: string;
  /** The file that was imported; a worker process imports it again. */
  readonly file?: string;
}
export interface LoadOptions {
  /** Packages or paths, as given to `--plugin`; relative to `cwd`. */
  readonly names?: readonly string[];
  /** Default: the nearest `package.json` of `cwd` or above it; false: none. */
  readonly packageJson?: string | false;
  /** Default: the working directory of the process. */
  readonly cwd?: string;
}

export const asLoaded = (given: Plugin | LoadedPlugin, from: string): LoadedPlugin => {
  if (typeof given === 'object' && given !== null && 'plugin' in given) return given;
  checkForm(given, `a plugin given to ${from}`);
  return { plugin: given, specifier: given.name, from };
};
const wrong = (message: string, options: { at?: string | undefined; cause?: unknown } = {}): ApicalError =>
  new ApicalError('APICAL_PLUGIN', message, options);

/** `file:line` of the user's own code in an error's stack. */
function placeOf(error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const found = /(file:\/\/[^\s)]+?):(\d+)/.exec(stack);
  return found ? `${fileURLToPath(found[1]!.replace(/\?.*$/, ''))}:${found[2]}` : undefined;
}
async function importPlugin(specifier: string, from: string, base: string): Promise<LoadedPlugin> {
  const what = `plugin "${specifier}" (named by ${from})`;
  const file = resolvePlugin(specifier, base);
  if (file === undefined) {
    const near = !isPath(specifier) && existsSync(path.resolve(base, specifier));
    throw wrong(
      isPath(specifier)
        ? `${what} is not there: no file ${path.resolve(base, specifier)}`
        : `${what} is not installed: no package of this name is found from ${base}; ` +
            (near ? `for the file, write "./${specifier}"` : `run "npm install ${specifier}" there`),
    );
  }
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?tsx?$/.test(file))
      throw wrong(
        `${what} is TypeScript, which this Node cannot import without a loader: compile ${file} to JavaScript, ` +
          'or start with NODE_OPTIONS="--import tsx"',
        { cause: error },
      );
    const hint = error instanceof SyntaxError ? `; "node --check ${file}" shows the line` : '';
    const reason = (error instanceof Error ? error.message : String(error)) + hint;
    const at = isApicalError(error) ? (error.at ?? placeOf(error)) : placeOf(error);
    throw wrong(`${what} failed while ${file} was imported: ${reason}`, { at, cause: error });
  }
  const found = module.default;
  checkForm(found, `${what}: the default export of ${file}`);
  return { plugin: found, specifier, from, file };
}

function nearestPackageJson(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'package.json');
    if (existsSync(file)) return file;
    if (folder === path.dirname(folder)) return undefined;
  }
}
/** The list `"apical": { "plugins": [...] }` of a package.json; empty where there is none. */
function listedIn(packageJson: string): readonly string[] {
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(packageJson, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw wrong(`${packageJson} cannot be read: ${reason}`, { at: packageJson, cause: error });
  }
  const { apical } = (manifest ?? {}) as { readonly apical?: { readonly plugins?: unknown } | null };
  if (apical === undefined) return [];
  const plugins: unknown = apical?.plugins ?? [];
  if (
    typeof apical !== 'object' ||
    apical === null ||
    !Array.isArray(plugins) ||
    !plugins.every((p): p is string => typeof p === 'string')
  )
    throw wrong(
      `${packageJson}: "apical" is ${JSON.stringify(apical)}; give "apical": { "plugins": ["a-package", "./a-file.js"] }`,
      { at: packageJson },
    );
  return plugins;
}

/**
 * Imports the plugins named in the nearest package.json, then those of `names`; one that is named twice comes once.
 * Throws `APICAL_PLUGIN` naming the plugin, who named it, and why it cannot be used.
 */
export async function loadPlugins(options: LoadOptions = {}): Promise<readonly LoadedPlugin[]> {
  const cwd = path.resolve(options.cwd ?? process.cwd());
  const { names = [], packageJson = nearestPackageJson(cwd) } = options;
  const loaded: LoadedPlugin[] = [];
  if (packageJson) {
    const manifest = path.resolve(cwd, packageJson);
    for (const specifier of listedIn(manifest))
      loaded.push(await importPlugin(specifier, manifest, path.dirname(manifest)));
  }
  for (const name of names) loaded.push(await importPlugin(name, '--plugin', cwd));
  return joinPlugins([], loaded);
}
/** The plugins that come with Apical, as this package's own package.json lists them. */
export async function shippedPlugins(): Promise<readonly LoadedPlugin[]> {
  const manifest = fileURLToPath(new URL('../package.json', import.meta.url));
  return Promise.all(
    listedIn(manifest).map(name => importPlugin(name, 'Apical itself', path.dirname(manifest))),
  );
}
/**
 * Both lists; one that is named twice (the same object, file or package) comes once, as `listed` has it. Throws
 * `APICAL_DUPLICATE` for two different plugins of one name.
 */
export function joinPlugins(
  first: readonly LoadedPlugin[],
  listed: readonly LoadedPlugin[],
): readonly LoadedPlugin[] {
  const joined: LoadedPlugin[] = [];
  for (const next of [...first, ...listed]) {
    const namesake = joined.find(known => known.plugin.name === next.plugin.name);
    const same = joined.findIndex(
      known =>
        known.plugin === next.plugin ||
        (known.file !== undefined && known.file === next.file) ||
        (!isPath(next.specifier) &&
          known.specifier === next.specifier &&
          known.file !== undefined &&
          !!next.file),
    );
    if (same >= 0) joined[same] = next;
    else if (!namesake) joined.push(next);
    else
      throw new ApicalError(
        'APICAL_DUPLICATE',
        `two plugins are named "${next.plugin.name}": "${namesake.specifier}" (named by ${namesake.from}) and ` +
          `"${next.specifier}" (named by ${next.from}); rename one or leave one out`,
      );
  }
  return joined;
}
