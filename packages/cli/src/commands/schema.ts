/** `apical schema`: the JSON Schema of configs, for editors. */
import type { Context } from '../context.js';
import { exitCodes, type ExitCode } from '../errors.js';

export async function schema(context: Context): Promise<ExitCode> {
  context.json((await context.host()).schema());
  return exitCodes.done;
}
