/** `apical bench`: how fast the backends are on this machine. */
import { ApicalError } from '@apical/core';
import type { DType } from '@apical/core';
import type { BenchResult } from '@apical/host';
import type { Context } from '../context.js';
import { exitCodes, type ExitCode } from '../errors.js';
import { columns } from '../text.js';

export interface BenchGiven {
  /** For each workload, precision and backend. */
  readonly seconds: number;
  readonly backend: readonly string[];
  readonly only: string;
  readonly dtype: readonly string[];
  readonly wall: boolean;
}
type Measurement = BenchResult['results'][number];

export async function bench(context: Context, given: BenchGiven): Promise<ExitCode> {
  const { screen, options } = context;
  const dtypes = given.dtype.map(dtypeOf);
  const host = await context.host();
  const result = await host.bench({
    seconds: given.seconds,
    only: given.only,
    clock: given.wall ? 'wall' : 'cpu',
    ...(given.backend.length ? { backends: given.backend } : {}),
    ...(dtypes.length ? { dtypes } : {}),
    tell({ done, total, what }) {
      if (options.quiet) return;
      const line = `${done} of ${total} done; ${what}`;
      if (screen.live) screen.draw([line]);
      else if (done % 5 === 0) screen.say(line);
    },
  });
  if (screen.live && !options.quiet) screen.clear();
  if (options.json) context.json(result);
  else context.out(benchText(result));
  return exitCodes.done;
}
function dtypeOf(name: string): DType {
  if (name === 'float32' || name === 'float64') return name;
  throw new ApicalError('APICAL_BENCH', `--dtype ${name}: give float32 or float64`);
}
/** Three digits, without an exponent. */
export function digits(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return rounded >= 100
    ? String(Math.round(rounded)).replace(/\B(?=(\d{3})+$)/g, ' ')
    : rounded.toPrecision(3);
}
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const size = (bytes: number): string => (bytes < 1 << 20 ? `${bytes / 1024} KiB` : `${bytes / 2 ** 20} MiB`);

/** Machine, peaks, then a row for each workload and precision, with a column for each backend. */
export function benchText({ machine, clock, backends, peaks, results }: BenchResult): string {
  const names = [...new Set(results.map(r => r.backend))];
  const rows = [...new Set(results.map(r => `${r.workload} ${r.dtype}`))].map(key =>
    results.filter(r => `${r.workload} ${r.dtype}` === key),
  );
  const { plain, fused, read } = peaks;
  const peak = (dtype: DType): string =>
    `${digits(plain[dtype])} GFLOP/s ${dtype}${fused ? ` (${digits(fused[dtype])} fused)` : ''}`;
  const table = (kind: Measurement['kind'], heading: string): string => {
    const shown = rows.filter(([first]) => first!.kind === kind);
    if (shown.length === 0) return '';
    const head = [heading, 'dtype', 'rate', 'limit', ...names.flatMap(name => [name, ''])];
    const body = shown.map(cells => [
      cells[0]!.workload,
      cells[0]!.dtype,
      cells[0]!.rate.unit,
      cells[0]!.roofline?.bound ?? '',
      ...names.flatMap(name => {
        const cell = cells.find(c => c.backend === name)!;
        return [digits(cell.rate.value), cell.roofline ? percent(cell.roofline.share) : ''];
      }),
    ]);
    return `\n${columns(aligned([head, ...body], 4))}`;
  };
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.platform}, node ${machine.node}, load ` +
      `${machine.load.map(l => l.toFixed(1)).join(' before, ')} after; ${clock === 'cpu' ? 'CPU time' : 'time on the wall'}`,
    ...backends.map(({ name, flags, unavailable }) => {
      const told = Object.entries(flags).map(([key, value]) => `${key} ${value}`);
      return unavailable === undefined
        ? `backend ${[name, ...told].join(', ')}`
        : `backend ${name} is left out: ${unavailable}`;
    }),
    `peak of one core, 128-bit: ${peak('float32')}, ${peak('float64')}`,
    `reads of ${read.map(r => `${size(r.bytes)}: ${digits(r.gigabytes)}`).join(', ')} GB/s`,
    table('kernel', 'kernel'),
    table('training', 'training'),
  ]
    .filter(Boolean)
    .join('\n')
    .replace(/\n+$/, '\n');
}
/** Numbers, from this column on, end under each other. */
function aligned(rows: readonly (readonly string[])[], from: number): string[][] {
  const width = (k: number): number => Math.max(...rows.map(row => (row[k] ?? '').length));
  return rows.map(row => row.map((cell, k) => (k < from ? cell : cell.padStart(width(k)))));
}
