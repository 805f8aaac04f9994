/** `apical list`: experiments and parts that configs may name, and the plugins that brought them. */
import { configRoots, shownPath, type Context } from '../context.js';
import { exitCodes, type ExitCode } from '../errors.js';
import { columns, indented } from '../text.js';

const firstLine = (doc: string | undefined): string => doc?.trim().split('\n')[0] ?? '';

export async function list(context: Context, kind: string | undefined): Promise<ExitCode> {
  const host = await context.host();
  if (kind === 'plugins') {
    const rows = host.plugins.map(({ plugin, specifier, from }) => ({
      name: plugin.name,
      doc: plugin.doc ?? '',
      specifier,
      from,
    }));
    if (context.options.json) context.json(rows);
    else
      context.out(
        columns(
          rows.map(r => [
            r.name,
            r.specifier === r.name ? '' : r.specifier,
            `named by ${r.from}`,
            firstLine(r.doc),
          ]),
        ),
      );
    return exitCodes.done;
  }
  if (kind !== undefined && /^(experiment|config)s?$/.test(kind)) {
    const found = host.experiments(configRoots());
    if (context.options.json) context.json(found);
    else context.out(columns(found.map(({ name, file, doc }) => [name, firstLine(doc), shownPath(file)])));
    return exitCodes.done;
  }
  const kinds = kind === undefined ? host.kinds : [kind];
  const found = kinds.map(word => ({ kind: word, parts: host.parts(word) }));
  if (context.options.json) {
    const plain = found.map(f => ({
      ...f,
      parts: f.parts.map(({ name, doc, origin }) => ({ name, doc, origin })),
    }));
    context.json(kind === undefined ? plain : plain[0]!.parts);
    return exitCodes.done;
  }
  for (const { kind: word, parts } of found) {
    const body = columns(parts.map(({ name, doc, origin }) => [name, origin, firstLine(doc)]));
    context.out(kind === undefined ? `${word}\n${body ? indented(body) : '  none'}\n` : body || `no ${word}`);
  }
  return exitCodes.done;
}
