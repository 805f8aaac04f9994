/** Finds and reads config files: under the roots by name (`task/mnist`), or by path. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ApicalError, unknownName } from '@apical/core';
import { readYaml, type Source } from './source.js';

export interface ConfigFile extends Source {
  /** Absolute. */
  readonly file: string;
  /** As shown in messages: relative to the working directory where that is shorter. */
  readonly shown: string;
}
const endings = ['', '.yaml', '.yml'];
const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

export class ConfigFiles {
  readonly #roots: readonly string[];
  readonly #cwd: string;
  constructor(roots: readonly string[], cwd: string) {
    this.#roots = roots.map(r => resolve(cwd, r));
    this.#cwd = cwd;
  }
  /** undefined where there is none. `from`: the folder of the file that names it. */
  find(name: string, from?: string): string | undefined {
    const folders = [...(from === undefined ? [this.#cwd] : [from]), ...this.#roots];
    for (const folder of folders)
      for (const ending of endings) {
        const path = resolve(folder, `${name}${ending}`);
        if (isFile(path)) return path;
      }
    return undefined;
  }
  read(name: string, from?: string, at?: string): ConfigFile {
    const file = this.find(name, from);
    if (file === undefined) throw this.#unknown(name, at);
    const shown = this.#shown(file);
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (e) {
      throw new ApicalError(
        'APICAL_CONFIG',
        `cannot read ${shown}: ${e instanceof Error ? e.message : String(e)}`,
        { at },
      );
    }
    return { file, shown, ...readYaml(text, shown) };
  }
  /** All configs under the roots, as they are named. */
  names(): string[] {
    const out: string[] = [];
    const walk = (root: string, folder: string): void => {
      if (!existsSync(folder)) return;
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) walk(root, path);
        else if (/\.ya?ml$/.test(entry.name))
          out.push(
            relative(root, path)
              .replace(/\.ya?ml$/, '')
              .replaceAll('\\', '/'),
          );
      }
    };
    for (const root of this.#roots) walk(root, root);
    return [...new Set(out)].sort();
  }
  folder(file: string): string {
    return dirname(file);
  }
  #unknown(name: string, at: string | undefined): ApicalError {
    const known = this.names();
    if (known.length)
      return unknownName('config', name, known, {
        code: 'APICAL_CONFIG',
        ...(at === undefined ? {} : { at }),
      });
    const folders = this.#roots.map(root => this.#shown(root)).join(', ') || 'no folder at all';
    return new ApicalError(
      'APICAL_CONFIG',
      `there is no config "${name}", neither as a file nor below ${folders}; give the path of a .yaml file`,
      { at },
    );
  }
  #shown(file: string): string {
    const near = relative(this.#cwd, file);
    return near.startsWith('..') && near.length > file.length ? file : near.replaceAll('\\', '/');
  }
}
