/**
 * Who may write a run folder: `lease.json` names one process. It is read before every write, so that a process that was
 * thought dead, and wakes, writes nothing.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ApicalError, schemaVersion } from '@apical/core';
import type { Clock } from '@apical/core';

export interface Lease {
  readonly token: string;
  /** Throws `APICAL_LEASE_LOST` when another process has taken over. */
  check(): void;
  release(): void;
}
interface LeaseFile {
  readonly schema: number;
  readonly host: string;
  readonly pid: number;
  /** What tells this process from a later one with the same number. */
  readonly process: string;
  readonly start: string;
  readonly token: string;
}
export interface LeaseOptions {
  readonly clock: Clock;
  /** ms without a sign of life after which the lease of another host is void. */
  readonly staleAfter?: number;
}
const heartbeat = 15_000;

/** Throws `APICAL_LEASE` where a living process holds the folder. */
export async function takeLease(
  folder: string,
  { clock, staleAfter = 300_000 }: LeaseOptions,
): Promise<Lease> {
  const file = join(folder, 'lease.json');
  const token = randomBytes(8).toString('hex');
  const own: LeaseFile = {
    schema: schemaVersion,
    host: hostname(),
    pid: process.pid,
    process: processStart(process.pid),
    start: clock.date(),
    token,
  };
  for (let attempt = 0; !(await created(file, own)); attempt++) {
    const found = await readLease(file);
    if (found === undefined) continue; // released between the two
    const { holder, age } = found;
    if (attempt > 3 || !isStale(holder, age(clock), staleAfter)) throw held(folder, holder, clock);
    // moving it aside succeeds for one process only; one that moved a newer lease puts it back
    const aside = `${file}.${token}`;
    await rename(file, aside).catch(ignoreMissing);
    const moved = await readLease(aside);
    if (moved && moved.holder?.token !== holder?.token) {
      await rename(aside, file);
      throw held(folder, moved.holder, clock);
    }
    await rm(aside, { force: true });
  }
  const present = (): string | undefined => {
    try {
      return (JSON.parse(readFileSync(file, 'utf8')) as Partial<LeaseFile>).token;
    } catch {
      return undefined; // gone or damaged: not ours in either case
    }
  };
  const timer = setInterval(() => {
    if (present() !== token) return;
    const now = new Date(clock.date());
    utimes(file, now, now).catch(() => undefined); // a missed beat is silence, which is what it should look like
  }, heartbeat);
  timer.unref();
  return {
    token,
    check() {
      if (present() === token) return;
      throw new ApicalError(
        'APICAL_LEASE_LOST',
        `${folder}: another process has taken over this run; this one writes nothing more`,
      );
    },
    release() {
      clearInterval(timer);
      if (present() === token) rmSync(file, { force: true });
    },
  };
}
async function created(file: string, content: LeaseFile): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(`${JSON.stringify(content)}\n`);
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
interface FoundLease {
  /** undefined: damaged, as a crash while writing leaves it. */
  readonly holder: LeaseFile | undefined;
  readonly age: (clock: Clock) => number;
}
async function readLease(file: string): Promise<FoundLease | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    const age = (clock: Clock): number => Date.parse(clock.date()) - mtimeMs;
    return { holder: parsed(text), age };
  } catch (error) {
    ignoreMissing(error);
    return undefined;
  }
}
function parsed(text: string): LeaseFile | undefined {
  try {
    const found = JSON.parse(text) as Partial<LeaseFile>;
    return typeof found.token === 'string' ? (found as LeaseFile) : undefined;
  } catch {
    return undefined;
  }
}
function isStale(holder: LeaseFile | undefined, age: number, staleAfter: number): boolean {
  if (!holder) return age > 10_000; // one being written is damaged for an instant
  if (holder.host !== hostname()) return age > staleAfter;
  return !isAlive(holder.pid) || processStart(holder.pid) !== holder.process;
}
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
/** Start of a process in ticks since boot, where the system tells; numbers of processes are used again. */
function processStart(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${boot}/${text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
  } catch {
    return '';
  }
}
function held(folder: string, holder: LeaseFile | undefined, clock: Clock): ApicalError {
  const who = holder
    ? `process ${holder.pid} on ${holder.host} since ${holder.start}`
    : `a process that began at about ${clock.date()}`;
  return new ApicalError(
    'APICAL_LEASE',
    `${folder} is being written by ${who}; wait for it, stop it, or delete lease.json there if it is certainly gone`,
  );
}
function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
