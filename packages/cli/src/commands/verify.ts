/** `apical verify`: replays golden cases through the schemes that are loaded. */
import type { Context } from '../context.js';
import { shownPath } from '../context.js';
import { exitCodes, type ExitCode } from '../errors.js';

export async function verify(context: Context, paths: readonly string[], backend: string): Promise<ExitCode> {
  const host = await context.host();
  const { cases, passed, failed, notInstalled } = await host.verify(paths, { backend });
  if (context.options.json) {
    context.json({ cases, passed, failed, notInstalled });
    return failed ? exitCodes.failed : exitCodes.done;
  }
  for (const one of cases) {
    if (one.passed && context.options.quiet) continue;
    const { score } = one;
    const worst = score
      ? `  ${score.compared}/${score.expected} keys, worst ${Number(score.worst.toPrecision(3))} of the tolerance` +
        (score.worstAt && score.worst > 0 ? ` (${score.worstAt})` : '') +
        (score.inert.length ? `, not compared: ${score.inert.join(', ')}` : '')
      : '';
    context.out(`${one.passed ? 'ok    ' : 'FAILED'} ${one.id}${worst}`);
    if (one.passed) continue;
    if (one.error !== undefined) context.out(`       ${one.error}`);
    for (const problem of score?.problems ?? []) context.out(`       ${problem}`);
    context.out(`       ${shownPath(one.file)}`);
  }
  if (notInstalled.length && !context.options.quiet)
    context.out(`golden cases of ${notInstalled.join(', ')}: not installed`);
  context.out(`${passed} passed, ${failed} failed`);
  return failed ? exitCodes.failed : exitCodes.done;
}
