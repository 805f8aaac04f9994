/** Report → files. Each is written beside its place and moved there, so that a reader never sees half of one. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { ApicalError } from '@apical/core';
import type { Figure } from './figure.js';

export interface Report {
  /** One self-contained page. */
  readonly html: string;
  readonly figures: readonly Figure[];
}
async function writeAtomic(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, text, { flag: 'wx' });
    await rename(temporary, path);
  } catch (cause) {
    // The first error is the one to tell.
    await rm(temporary, { force: true }).catch(() => undefined);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ApicalError(
      'APICAL_REPORT_WRITE',
      `cannot write "${path}": ${why}. Choose a folder that can be written.`,
      {
        cause,
      },
    );
  }
}
/**
 * The page to `html`, and for every figure `<name>.svg`, `<name>.vl.json` and `<name>.csv` into `directory`. Folders
 * are made. Answers the paths written. Throws `APICAL_REPORT_WRITE`.
 */
export async function writeReport(
  report: Report,
  to: { readonly html?: string; readonly directory?: string },
): Promise<readonly string[]> {
  const files: (readonly [string, string])[] = [];
  if (to.html !== undefined) files.push([to.html, report.html]);
  if (to.directory !== undefined)
    for (const f of report.figures)
      files.push(
        [join(to.directory, `${f.name}.svg`), f.svg],
        [join(to.directory, `${f.name}.vl.json`), JSON.stringify(f.spec, null, 1) + '\n'],
        [join(to.directory, `${f.name}.csv`), f.csv],
      );
  if (files.length === 0)
    throw new ApicalError(
      'APICAL_REPORT_WRITE',
      'nothing to write: give `html` (a file), `directory` (a folder), or both',
    );
  for (const [path, text] of files) await writeAtomic(path, text);
  return files.map(f => f[0]);
}
