/** `apical export`: a finished run as arrays, and a script that repeats it with numpy alone. */
import { shownPath, type Context } from '../context.js';
import { exitCodes, type ExitCode } from '../errors.js';

export interface ExportOptions {
  readonly to?: string;
}
export async function exportRun(context: Context, folder: string, { to }: ExportOptions): Promise<ExitCode> {
  const host = await context.host();
  const { arrays, script, why } = await host.export(folder, to === undefined ? {} : { to });
  if (context.options.json) {
    context.json({ arrays, script: script ?? null, why: why ?? null });
    return exitCodes.done;
  }
  context.out(`arrays: ${shownPath(arrays)}`);
  context.out(
    script === undefined
      ? why!
      : `script: ${shownPath(script)}\n\nRepeat the run with numpy alone:\n  python ${shownPath(script)}`,
  );
  return exitCodes.done;
}
