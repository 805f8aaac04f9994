/** `apical run`: one run, or with `-m` every run that the experiment and the overrides describe. */
import path from 'node:path';
import { ApicalError } from '@apical/core';
import type { RunConfig, RunResult } from '@apical/core';
import { formatSeconds, runReport, significant, writeReport } from '@apical/report';
import { configRoots, interruption, quoted, shownPath, type Context } from '../context.js';
import { exitCodes, tellError, type ExitCode } from '../errors.js';
import { Progress } from '../progress.js';

export interface RunOptions {
  readonly multirun: boolean;
  readonly force: boolean;
  readonly workers: number;
  readonly failFast: boolean;
  readonly launcher: string;
  readonly report: boolean;
}
export async function run(
  context: Context,
  target: string,
  overrides: readonly string[],
  options: RunOptions,
): Promise<ExitCode> {
  const host = await context.host();
  const command = [
    'apical run',
    ...[target, ...overrides].map(quoted),
    ...(options.multirun ? ['-m'] : []),
  ].join(' ');
  const given = { target, overrides, roots: configRoots(), multirun: options.multirun };
  const composed = host.compose(given);
  const configs = options.multirun ? composed.configs : [oneOf(composed.configs, context)];
  const { signal, end } = interruption(context.screen);
  const progress = new Progress(context.screen, () => performance.now(), {
    total: configs.length,
    quiet: context.options.quiet,
  });
  let started = false;
  const subscription = host.bus.events.subscribe(event => {
    started ||= event.kind === 'run-started';
    progress.hear(event);
  });
  const store = { directory: context.options.runs, force: options.force, signal, command };
  try {
    const launched = options.multirun
      ? await host.runAll(composed, {
          ...store,
          workers: options.workers,
          failFast: options.failFast,
          launcher: options.launcher,
        })
      : [await host.run(configs[0]!, { ...store, places: composed })];
    progress.end();
    const results = launched.flatMap(one => ('error' in one ? [] : [one]));
    if (options.report) for (const result of results) await report(result);
    if (context.options.json)
      context.json(launched.map(one => ('error' in one ? failure(one) : summary(one))));
    else for (const result of results) context.out(described(result, options.report));
    const failed = launched.flatMap(one => ('error' in one ? [one] : []));
    for (const { config, error } of failed)
      context.terminal.err(`failed: ${config.label}, seed ${config.seed}: ${error}\n`);
    if (signal.aborted) return exitCodes.interrupted;
    const bad = results.some(({ summary: { status } }) => status === 'diverged' || status === 'failed');
    return failed.length || bad ? exitCodes.failed : exitCodes.done;
  } catch (error) {
    progress.end();
    if (!started) throw error;
    tellError(context.terminal, error, context.options.debug);
    return exitCodes.failed;
  } finally {
    subscription.unsubscribe();
    end();
  }
}
/** The run that is meant: several schemes are a question, of several seeds the first is taken. */
function oneOf(configs: readonly RunConfig[], context: Context): RunConfig {
  const [first] = configs;
  if (!first) throw new ApicalError('APICAL_NOTHING_TO_RUN', 'the experiment has no scheme and seed to run');
  const labels = [...new Set(configs.map(c => c.label))];
  if (labels.length > 1)
    throw new ApicalError(
      'APICAL_ONE_RUN',
      `experiment ${first.name} has ${labels.length} schemes: ${labels.join(', ')}; say which one to run with ` +
        `schemes=${labels[0]!}, run all of them with -m, or compare them with "apical compare"`,
    );
  const seeds = configs.map(c => c.seed);
  if (seeds.length > 1 && !context.options.quiet)
    context.screen.say(
      `seed ${first.seed} of ${seeds.join(', ')}; seed=${seeds[1]!} takes another, -m takes all`,
    );
  return first;
}
async function report(result: RunResult): Promise<void> {
  if (result.folder === undefined || result.summary.status === 'interrupted') return;
  await writeReport(await runReport(result), { html: path.join(result.folder, 'report.html') });
}
const summary = ({ summary: s, folder }: RunResult) => ({ ...s, folder });
const failure = ({ config, error }: { readonly config: RunConfig; readonly error: string }) => ({
  id: { experiment: config.name, scheme: config.label, seed: config.seed },
  status: 'failed',
  message: error,
});
function described({ config, summary: s, folder }: RunResult, withReport: boolean): string {
  const { status, message, epochs, updates, seconds, final } = s;
  const head = `${config.label} on ${config.dataset.use}, seed ${config.seed}: ${status} after ${epochs} epochs, ${updates} updates, ${formatSeconds(seconds)}`;
  const keys = Object.keys(final).sort((a, b) => rank(a, s.headline) - rank(b, s.headline));
  const width = Math.max(0, ...keys.map(k => k.length));
  const unit = (key: string): string => {
    const found = s.metrics[key.slice(key.indexOf('/') + 1)]?.unit ?? '1';
    return found === '1' ? '' : ` ${found}`;
  };
  const best = (key: string): string => {
    const value = s.best?.metrics[key];
    return value === undefined || s.best!.epoch === epochs
      ? ''
      : `  (${significant(value, 4)}${unit(key)} at epoch ${s.best!.epoch}, the best)`;
  };
  return [
    head,
    ...(message === undefined ? [] : [`  ${message}`]),
    ...keys.map(k => `  ${k.padEnd(width)}  ${significant(final[k]!, 4)}${unit(k)}${best(k)}`),
    ...(folder === undefined ? [] : [`folder  ${shownPath(folder)}`]),
    ...(folder === undefined || !withReport || status === 'interrupted'
      ? []
      : [`report  ${shownPath(path.join(folder, 'report.html'))}`]),
  ].join('\n');
}
/** Test before validation before train; the headline first. */
const rank = (key: string, headline: string): number => {
  const [split = '', name] = key.split('/');
  return 2 * ['test', 'validation', 'train'].indexOf(split) + (name === headline ? 0 : 1);
};
