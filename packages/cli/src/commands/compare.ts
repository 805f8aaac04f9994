/** `apical compare`: schemes × seeds → table, verdict, report. */
import path from 'node:path';
import { comparisonReport, comparisonTable, markdownTable, verdict, writeReport } from '@apical/report';
import type { ComparisonResult } from '@apical/core';
import { configRoots, interruption, quoted, shownPath, type Context } from '../context.js';
import { exitCodes, type ExitCode } from '../errors.js';
import { Progress } from '../progress.js';

export interface CompareOptions {
  /** File; default `report.html` in the experiment's folder. */
  readonly report?: string;
  /** Folder for the figures as files. */
  readonly figures?: string;
  readonly markdown: boolean;
  readonly workers: number;
  readonly failFast: boolean;
  readonly launcher: string;
  readonly force: boolean;
  readonly multirun: boolean;
  readonly halveDt: boolean;
  readonly rounding: boolean;
}
export async function compare(
  context: Context,
  target: string,
  overrides: readonly string[],
  options: CompareOptions,
): Promise<ExitCode> {
  const host = await context.host();
  const { quiet, json, runs } = context.options;
  const typed = [target, ...overrides].map(quoted).join(' ');
  const loading = context.options.plugin.map(name => ` --plugin ${quoted(name)}`).join('');
  const flags = { '-m': options.multirun, '--halve-dt': options.halveDt, '--rounding': options.rounding };
  const asked = Object.entries(flags).flatMap(([flag, on]) => (on ? [` ${flag}`] : []));
  const command = `apical compare ${typed}${asked.join('')}`;
  const given = { target, overrides, roots: configRoots(), multirun: options.multirun };
  const composed = host.compose(given);
  const { signal, end } = interruption(context.screen);
  let code: ExitCode = exitCodes.done;
  const all: ComparisonResult[] = [];
  try {
    for (const variant of composed.variants) {
      const { experiment, configs } = variant;
      const progress = new Progress(context.screen, () => performance.now(), {
        total: configs.length,
        quiet,
      });
      const subscription = host.bus.events.subscribe(event => progress.hear(event));
      let result: ComparisonResult;
      try {
        result = await host.compare(variant, {
          directory: runs,
          workers: options.workers,
          failFast: options.failFast,
          launcher: options.launcher,
          force: options.force,
          halveDt: options.halveDt,
          rounding: options.rounding,
          planned: runs => progress.expect(runs),
          command,
          signal,
          ...(composed.variants.length > 1 ? { record: `comparison-${all.length + 1}.json` } : {}),
        });
      } finally {
        progress.end();
        subscription.unsubscribe();
      }
      all.push(result);
      if (signal.aborted) {
        const ended = result.rows.reduce((n, row) => n + row.runs - row.failures, 0);
        context.terminal.err(
          `interrupted: ${ended} of ${configs.length} runs ended; the same command goes on with the others\n`,
        );
        break;
      }
      const folder = host.experimentFolder(runs, experiment.name);
      const file = path.resolve(options.report ?? path.join(folder, 'report.html'));
      const html = composed.variants.length > 1 ? numbered(file, all.length) : file;
      if (result.runs.length)
        await writeReport(await comparisonReport(result), {
          html,
          ...(options.figures === undefined ? {} : { directory: options.figures }),
        });
      if (!json) tell(context, result, options.markdown, result.runs.length ? html : undefined);
      code = Math.max(code, listFailures(context, result, typed, loading)) as ExitCode;
    }
    if (json) context.json(all.length === 1 ? withoutRows(all[0]!) : all.map(withoutRows));
  } finally {
    end();
  }
  return signal.aborted ? exitCodes.interrupted : code;
}
/** `report.html` → `report-2.html` */
const numbered = (file: string, k: number): string => {
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}-${k}${ext}`);
};
function tell(context: Context, result: ComparisonResult, markdown: boolean, html: string | undefined): void {
  const { experiment, rows } = result;
  context.out(`${experiment.name}: ${rows.map(r => r.scheme).join(', ')} on ${experiment.dataset.use}\n\n`);
  context.out(markdown ? markdownTable(result) : comparisonTable(result));
  context.out(`\n${verdict(result)}\n`);
  if (html !== undefined) context.out(`report: ${shownPath(html)}`);
}
/** Each with its folder and the command that makes it again. */
function listFailures(context: Context, result: ComparisonResult, typed: string, loading: string): ExitCode {
  const { failed, control } = result;
  for (const { id, message, folder } of failed) {
    context.terminal.err(`failed: ${id.scheme}, seed ${id.seed}: ${message}\n`);
    context.terminal.err(
      `  again: apical run ${typed} schemes=${quoted(id.scheme)} seed=${id.seed}${loading}\n`,
    );
    if (folder !== undefined) context.terminal.err(`  folder: ${shownPath(folder)}\n`);
  }
  const unbeaten = control?.beaten === 'no';
  if (unbeaten)
    context.terminal.err(
      `control not beaten: ${result.baseline} is not shown to be better than ${control.scheme} ` +
        `(interval of ${control.scheme} minus ${result.baseline}: ${bounds(control.difference)})\n`,
    );
  return failed.length || unbeaten ? exitCodes.failed : exitCodes.done;
}
const bounds = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  Number.isFinite(low)
    ? `${Number(low.toPrecision(3))} to ${Number(high.toPrecision(3))}`
    : 'none, too few pairs';
const withoutRows = (result: ComparisonResult) => ({
  ...result,
  runs: result.runs.map(({ config, summary, folder }) => ({
    scheme: config.label,
    seed: config.seed,
    summary,
    folder,
  })),
});
