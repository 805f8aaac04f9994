/** Short forms → the complete experiment, with every default filled in. Places in files are kept. */
import { ApicalError, type ExperimentConfig } from '@apical/core';
import { experimentDefaults, experimentKeys, networkDefaults, trainDefaults } from './defaults.js';
import { toNumber, unitOf, isQuantity, type Convert } from './quantity.js';
import { keysOf } from './short-forms.js';
import { isMapping, type Path } from './source.js';
import type { Tree } from './tree.js';

type Map = Record<string, unknown>;
const asMap = (value: unknown): Map => (isMapping(value) ? value : {});

export function normalise(tree: Tree, target: string, convert: Convert): ExperimentConfig {
  for (const kind of ['probes', 'observers'])
    for (const label of keysOf(tree, [kind])) {
      const path = [kind, label];
      tree.reshape(path, { use: label, ...asMap(tree.get(path)) });
    }
  completeSchemes(tree);
  normaliseTime(tree, ['train'], convert);
  for (const label of keysOf(tree, ['schemes'])) normaliseTime(tree, ['schemes', label, 'train'], convert);
  normaliseDefine(tree, convert);
  for (const key of ['task', 'dataset'])
    if (tree.get([key]) === undefined)
      throw new ApicalError(
        'APICAL_CONFIG',
        `the experiment names no ${key}; add for example "defaults: [task/yin-yang]"`,
        {
          at: tree.place([])?.value,
        },
      );
  const data = structuredClone(tree.data) as Map;
  delete data.sweep;
  const full: Map = {
    ...experimentDefaults,
    name: nameFrom(target),
    // the first that runs, where none is named
    baseline: firstScheme(data),
    ...data,
    network: { ...networkDefaults, ...asMap(data.network) },
    train: { ...trainDefaults, ...asMap(data.train) },
  };
  const out = Object.fromEntries(
    Object.keys(experimentKeys).flatMap(key => (full[key] === undefined ? [] : [[key, full[key]]])),
  ) as unknown as ExperimentConfig;
  checkName(tree, out);
  checkLabels(tree, out);
  return out;
}
function firstScheme({ select, schemes }: Map): string | undefined {
  return Array.isArray(select) ? String(select[0]) : Object.keys(asMap(schemes))[0];
}
/** `experiment/paper/a` → `paper-a`; of a path only the file's own name. */
function nameFrom(target: string): string {
  const path = target.replaceAll('\\', '/').replace(/\.ya?ml$/, '');
  const below = /(?:^|\/)experiment\/(.+)$/.exec(path)?.[1] ?? path.split('/').at(-1)!;
  return (
    below
      .replaceAll('/', '-')
      .replace(/[^\w.-]/g, '-')
      .replace(/^\.+/, '') || 'experiment'
  );
}
/** It becomes a folder. */
function checkName(tree: Tree, { name }: ExperimentConfig): void {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(name)) return;
  throw new ApicalError(
    'APICAL_CONFIG',
    `name is "${name}"; letters, digits, - _ and . are expected (it becomes a folder)`,
    { at: tree.place(['name'])?.value },
  );
}
/** Labels that `select` names without saying more; a scheme on its own must have said what it is. */
function completeSchemes(tree: Tree): void {
  if (tree.has(['scheme']))
    throw new ApicalError('APICAL_CONFIG', '"scheme" needs "use": the name of a scheme', {
      at: tree.place(['scheme'])?.value,
    });
  for (const label of (tree.get(['select']) as string[] | undefined) ?? [])
    if (!tree.has(['schemes', label])) tree.reshape(['schemes', label], {}, ['select']);
}
function normaliseTime(tree: Tree, path: Path, convert: Convert): void {
  const at = [...path, 'dt'];
  const dt = tree.get(at);
  if (typeof dt === 'string') tree.reshape(at, toNumber(dt, 'ms', convert, tree.place(at)?.value));
}
/** Parameters, signals and traces of parts written in the config get all their fields. */
function normaliseDefine(tree: Tree, convert: Convert): void {
  for (const label of keysOf(tree, ['define', 'activations']))
    textify(tree, ['define', 'activations', label]);
  for (const kind of ['rules', 'neurons', 'optimisers', 'schemes'])
    for (const [name, part] of Object.entries(asMap(tree.get(['define', kind])))) {
      const path: Path = ['define', kind, name];
      if (asMap(part).parameters === undefined) tree.reshape([...path, 'parameters'], {}, path);
      if (asMap(part).source === undefined && kind !== 'optimisers')
        tree.reshape(
          [...path, 'source'],
          { paper: `defined in ${tree.place(path)?.value.replace(/:\d+:\d+$/, '') ?? 'a config'}` },
          path,
        );
      for (const [parameter, given] of Object.entries(asMap(tree.get([...path, 'parameters']))))
        tree.reshape(
          [...path, 'parameters', parameter],
          parameterSpec(tree, [...path, 'parameters', parameter], given, convert),
        );
      const signals = [
        [...path, 'signals'],
        [...path, 'state'],
        [...path, 'traces', 'pre'],
        [...path, 'traces', 'post'],
      ];
      for (const place of signals)
        for (const [signal, spec] of Object.entries(asMap(tree.get(place)))) {
          const { unit = '1', role = 'state', doc = signal, ...rest } = asMap(spec);
          tree.reshape([...place, signal], { ...rest, unit: String(unit), role, doc });
        }
      textify(tree, path);
    }
}
function parameterSpec(tree: Tree, path: Path, given: unknown, convert: Convert): Map {
  const full = isMapping(given) ? given : { value: given };
  const { value, unit, doc = String(path.at(-1)) } = full;
  const stated = typeof unit === 'string' || typeof unit === 'number' ? String(unit) : undefined;
  if (typeof value !== 'string') return { ...full, value: value ?? 0, unit: stated ?? '1', doc };
  const at = tree.place(isMapping(given) ? [...path, 'value'] : path)?.value;
  if (!isQuantity(value))
    throw new ApicalError(
      'APICAL_CONFIG',
      `${path.join('.')} is the text "${value}"; a number or a quantity such as "10 ms" is expected`,
      { at },
    );
  const own = stated ?? unitOf(value)!;
  return { ...full, value: toNumber(value, own, convert, at), unit: own, doc };
}
/** A bare number where an expression is wanted is its text. */
function textify(tree: Tree, path: Path): void {
  const walk = (at: Path): void => {
    const value = tree.get(at);
    if (typeof value === 'number') tree.reshape(at, String(value));
    else if (Array.isArray(value)) value.forEach((_, k) => walk([...at, k]));
    else if (isMapping(value)) for (const k of Object.keys(value)) walk([...at, k]);
  };
  const sizes = keysOf(tree, [...path, 'populations']).map(name => ['populations', name, 'size']);
  for (const keys of [['choices'], ['constants'], ['value'], ['slope'], ['update', 'terms'], ...sizes])
    walk([...path, ...keys]);
}
/** Labels that name schemes must exist among them. */
function checkLabels(tree: Tree, experiment: ExperimentConfig): void {
  const { schemes, select, baseline, control } = experiment;
  const labels = Object.keys(schemes ?? {});
  if (labels.length === 0)
    throw new ApicalError(
      'APICAL_CONFIG',
      'the experiment names no scheme; add for example "schemes: { bp: {} }" or scheme=bp',
      {
        at: tree.place([])?.value,
      },
    );
  const odd = labels.find(label => label.split('/').some(part => /^\.{0,2}$/.test(part.trim())));
  if (odd !== undefined)
    throw new ApicalError(
      'APICAL_CONFIG',
      `a scheme has the label "${odd}"; names with "/" between them are expected (they become folders)`,
      { at: tree.own(['schemes', odd])?.key ?? tree.place(['select'])?.value },
    );
  const running = select ?? labels;
  const { seeds } = experiment;
  const twice = seeds.find((seed, k) => seeds.indexOf(seed) < k);
  if (twice !== undefined)
    throw new ApicalError('APICAL_CONFIG', `seed ${twice} is there twice in "seeds"`, {
      at: tree.place(['seeds'])?.value,
    });
  if (new Set(running).size !== running.length)
    throw new ApicalError('APICAL_CONFIG', `"select" names a scheme twice: ${running.join(', ')}`, {
      at: tree.place(['select'])?.value,
    });
  for (const [key, label] of [
    ['baseline', baseline],
    ['control', control],
  ] as const)
    if (label !== undefined && tree.has([key]) && !labels.includes(label))
      throw new ApicalError(
        'APICAL_CONFIG',
        `"${key}" is "${label}", which is none of the schemes: ${labels.join(', ')}`,
        {
          at: tree.place([key])?.value,
        },
      );
}
