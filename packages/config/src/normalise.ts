/** Short forms → the complete experiment, with every default filled in. Places in files are kept. */
import { ApicalError, type ExperimentConfig } from '@apical/core';
import { experimentDefaults, networkDefaults, trainDefaults } from './defaults.js';
import { toNumber, unitOf, isQuantity, type Convert } from './quantity.js';
import { isMapping, type Path } from './source.js';
import type { Tree } from './tree.js';

type Map = Record<string, unknown>;
const asMap = (value: unknown): Map => (isMapping(value) ? value : {});

export function normalise(tree: Tree, target: string, convert: Convert): ExperimentConfig {
  for (const key of ['task', 'dataset']) named(tree, [key]);
  for (const kind of ['probes', 'observers'])
    for (const label of Object.keys(asMap(tree.get([kind])))) {
      const path = [kind, label];
      const given = tree.get(path);
      tree.reshape(path, { use: label, ...asMap(given) });
    }
  normaliseSchemes(tree);
  normaliseSeeds(tree);
  normaliseTrain(tree, ['train'], convert);
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
  const { name = nameFrom(target), doc, task, dataset, ...rest } = data;
  const out = {
    name,
    ...(doc === undefined ? {} : { doc }),
    task,
    dataset,
    ...experimentDefaults,
    ...rest,
    network: { ...networkDefaults, ...asMap(data.network) },
    train: { ...trainDefaults, ...asMap(data.train) },
  } as unknown as ExperimentConfig;
  checkLabels(tree, out);
  return out;
}
const nameFrom = (target: string): string =>
  target
    .replaceAll('\\', '/')
    .replace(/\.ya?ml$/, '')
    .replace(/^.*?(?:experiment|configs)\//, '')
    .split('/')
    .filter(p => p !== '.' && p !== '..')
    .join('-') || 'experiment';

function named(tree: Tree, path: Path): void {
  const value = tree.get(path);
  if (typeof value === 'string') tree.reshape(path, { use: value });
}
/** `scheme:` becomes the only one of `schemes:`; an optimiser by name becomes one with parameters. */
function normaliseSchemes(tree: Tree): void {
  const single = tree.get(['scheme']);
  if (single !== undefined) {
    const config = typeof single === 'string' ? {} : asMap(single);
    const label = typeof single === 'string' ? single : config.use;
    if (typeof label !== 'string')
      throw new ApicalError('APICAL_CONFIG', '"scheme" needs "use": the name of a scheme', {
        at: tree.place(['scheme'])?.value,
      });
    const known = asMap(tree.get(['schemes', label]));
    tree.reshape(['schemes', label], { ...known, ...config }, ['scheme']);
    tree.reshape(['select'], [label], ['scheme']);
    tree.remove(['scheme']);
  }
  const listed = tree.get(['schemes']);
  // on the command line: schemes=bp,fa
  const chosen =
    typeof listed === 'string'
      ? listed.split(',').map(s => s.trim())
      : Array.isArray(listed)
        ? listed.map(String)
        : undefined;
  if (chosen)
    throw new ApicalError('APICAL_CONFIG', '"schemes" is a map of labels', {
      at: tree.place(['schemes'])?.value,
    });
  for (const label of (tree.get(['select']) as string[] | undefined) ?? [])
    if (tree.get(['schemes', label]) === undefined) tree.reshape(['schemes', label], {}, ['select']);
  for (const [label, config] of Object.entries(asMap(tree.get(['schemes'])))) {
    const path = ['schemes', label];
    if (config === null) tree.reshape(path, {});
    for (const slot of Object.keys(asMap(tree.get([...path, 'plasticity']))))
      for (const key of ['optimiser', 'biasOptimiser']) named(tree, [...path, 'plasticity', slot, key]);
    if (tree.get([...path, 'train']) !== undefined) named(tree, [...path, 'train', 'optimiser']);
  }
}
function normaliseSeeds(tree: Tree): void {
  const one = tree.get(['seed']);
  const many = tree.get(['seeds']);
  if (typeof many === 'number')
    tree.reshape(
      ['seeds'],
      Array.from({ length: many }, (_, k) => k),
    );
  if (one === undefined) return;
  tree.reshape(['seeds'], [one], ['seed']);
  tree.remove(['seed']);
}
function normaliseTrain(tree: Tree, path: Path, convert: Convert): void {
  named(tree, [...path, 'optimiser']);
  const at = [...path, 'dt'];
  const dt = tree.get(at);
  if (typeof dt === 'string') tree.reshape(at, toNumber(dt, 'ms', convert, tree.place(at)?.value));
}
/** Parameters, signals and traces of parts written in the config get all their fields. */
function normaliseDefine(tree: Tree, convert: Convert): void {
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
      for (const slot of Object.keys(asMap(tree.get([...path, 'plasticity']))))
        for (const key of ['optimiser', 'biasOptimiser']) named(tree, [...path, 'plasticity', slot, key]);
      textify(tree, path);
    }
}
function parameterSpec(tree: Tree, path: Path, given: unknown, convert: Convert): Map {
  const full = isMapping(given) ? given : { value: given };
  const { value, unit, doc = String(path.at(-1)) } = full;
  const stated = unit === undefined ? undefined : String(unit);
  if (typeof value !== 'string') return { ...full, value: value ?? 0, unit: stated ?? '1', doc };
  const at = tree.place(path)?.value;
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
  for (const key of ['choices', 'constants']) if (tree.has([...path, key])) walk([...path, key]);
  if (tree.has([...path, 'update', 'terms'])) walk([...path, 'update', 'terms']);
}
/** Labels that name schemes must exist among them. */
function checkLabels(tree: Tree, { schemes, select, baseline, control }: ExperimentConfig): void {
  const labels = Object.keys(schemes ?? {});
  if (labels.length === 0)
    throw new ApicalError(
      'APICAL_CONFIG',
      'the experiment names no scheme; add for example "schemes: { bp: {} }" or scheme=bp',
      {
        at: tree.place([])?.value,
      },
    );
  const running = select ?? labels;
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
