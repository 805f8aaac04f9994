/** `apical report`: the report of a run or comparison again, from its folder, without training. */
import path from 'node:path';
import {
  comparisonReport,
  comparisonTable,
  markdownTable,
  runReport,
  verdict,
  writeReport,
} from '@apical/report';
import { shownPath, type Context } from '../context.js';
import { exitCodes, type ExitCode } from '../errors.js';

export interface ReportOptions {
  readonly html?: string;
  readonly figures?: string;
  readonly markdown: boolean;
}
export async function report(context: Context, folder: string, options: ReportOptions): Promise<ExitCode> {
  const host = await context.host();
  const found = await host.read(folder);
  const html = options.html ?? path.join(folder, 'report.html');
  const made = found.kind === 'run' ? await runReport(found.run) : await comparisonReport(found.comparison);
  await writeReport(made, { html, ...(options.figures === undefined ? {} : { directory: options.figures }) });
  if (context.options.json) {
    context.json(found.kind === 'run' ? found.run.summary : { ...found.comparison, runs: undefined });
    return exitCodes.done;
  }
  if (found.kind === 'comparison') {
    context.out(options.markdown ? markdownTable(found.comparison) : comparisonTable(found.comparison));
    context.out(`\n${verdict(found.comparison)}\n`);
  }
  context.out(`report: ${shownPath(html)}`);
  return exitCodes.done;
}
