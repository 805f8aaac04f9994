/** Where a run was made: code, machine, installed versions. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createRequire } from 'node:module';
import type { Environment } from '@apical/core';

/** Version of this package: all packages of the project share one. */
export function codeVersion(): string {
  const found = createRequire(import.meta.url)('../package.json') as { readonly version: string };
  return found.version;
}
/** `directory`: where the user works; its git commit and lock file are recorded. */
export function environment(directory = process.cwd()): Environment {
  const git = gitState(directory);
  const lock = lockHash(directory);
  const processors = cpus();
  return {
    version: codeVersion(),
    ...(git ? { git } : {}),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    ...(lock === undefined ? {} : { lock }),
  };
}
function gitState(directory: string): Environment['git'] {
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
    }).trim();
  try {
    return { sha: git('rev-parse', 'HEAD'), dirty: git('status', '--porcelain') !== '' };
  } catch {
    return undefined; // no git here, or no commit yet: a run does not depend on it
  }
}
/** SHA-256, first 16 digits, of the nearest `package-lock.json` upwards. */
function lockHash(directory: string): string | undefined {
  for (let at = resolve(directory); ; at = dirname(at)) {
    const file = join(at, 'package-lock.json');
    if (existsSync(file)) return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16);
    if (dirname(at) === at) return undefined;
  }
}
