/** Short forms → the complete experiment, with every default filled in. Places in files are kept. */
import { ApicalError, type ExperimentConfig } from '@apical/core';
import { experimentDefaults, experimentKeys, networkDefaults, trainDefaults } from './defaults.js';
import { toNumber, unitOf, isQuantity, type Convert } from './quantity.js';
import { settleRates } from './rates.js';
import { keysOf } from './short-forms.js';
import { isMapping, type Path } from './source.js';
import type { Tree } from './tree.js';

type Map = Record<string, unknown>;
const asMap = (value: unknown): Map => (isMapping(value) ? value : {});

export function normalise(tree: Tree, target: string, convert: Convert): ExperimentConfig {
  for (const kind of ['probes', 'observers'])
    for (const label of keysOf(tree, [kind])) {
      const path = [kind, label];
      const given = asMap(tree.get(path));
      complete(tree, path, { use: label, ...given }, given);
    }
  completeSchemes(tree);
  settleRates(tree);
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
  if (data.control === null) delete data.control;
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
  const below = /^(?:.*\/)?experiment\/(.+)$/.exec(path)?.[1] ?? path.split('/').at(-1)!;
  return (
    below
      .replaceAll('/', '-')
      .replace(/[^\p{L}\p{N}_.-]/gu, '-')
      .replace(/^[.-]+/, '') || 'experiment'
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
/** Puts the complete form in place; keys that are not among the given ones are defaults. */
function complete(tree: Tree, path: Path, full: Map, given: Map): void {
  tree.reshape(path, full);
  for (const [key, value] of Object.entries(full))
    if (!Object.hasOwn(given, key)) tree.fill([...path, key], value);
}
/** Labels that `select` names without saying more; a scheme on its own must have said what it is. */
function completeSchemes(tree: Tree): void {
  if (tree.has(['scheme']))
    throw new ApicalError('APICAL_CONFIG', '"scheme" needs "use": the name of a scheme', {
      at: tree.place(['scheme'])?.value,
    });
  for (const [k, label] of ((tree.get(['select']) as string[] | undefined) ?? []).entries())
    if (!tree.has(['schemes', label])) tree.reshape(['schemes', label], {}, ['select', k]);
}
function normaliseTime(tree: Tree, path: Path, convert: Convert): void {
  const at = [...path, 'dt'];
  const dt = tree.get(at);
  if (typeof dt !== 'string') return;
  const place = tree.place(at)?.value;
  const time = toNumber(dt, 'ms', convert, place);
  if (time < 0)
    throw new ApicalError('APICAL_CONFIG', `${at.join('.')} is "${dt}"; a time from 0 ms is expected`, {
      at: place,
    });
  tree.reshape(at, time);
}
/** Parameters, signals and traces of parts written in the config get all their fields. */
function normaliseDefine(tree: Tree, convert: Convert): void {
  for (const label of keysOf(tree, ['define', 'activations']))
    textify(tree, ['define', 'activations', label]);
  for (const kind of ['rules', 'neurons', 'optimisers', 'schemes'])
    for (const [name, part] of Object.entries(asMap(tree.get(['define', kind])))) {
      const path: Path = ['define', kind, name];
      if (asMap(part).parameters === undefined) tree.fill([...path, 'parameters'], {});
      if (asMap(part).source === undefined && kind !== 'optimisers')
        tree.fill([...path, 'source'], { paper: 'defined in the config' });
      for (const [parameter, given] of Object.entries(asMap(tree.get([...path, 'parameters']))))
        normaliseParameter(tree, [...path, 'parameters', parameter], given, convert);
      const signals = [
        [...path, 'signals'],
        [...path, 'state'],
        [...path, 'traces', 'pre'],
        [...path, 'traces', 'post'],
      ];
      for (const place of signals)
        for (const [signal, spec] of Object.entries(asMap(tree.get(place)))) {
          const given = asMap(spec);
          const { unit = '1', role = 'state', doc = signal, ...rest } = given;
          complete(tree, [...place, signal], { ...rest, unit: String(unit), role, doc }, given);
        }
      textify(tree, path);
    }
}
function normaliseParameter(tree: Tree, path: Path, given: unknown, convert: Convert): void {
  const own = isMapping(given) ? given : { value: given };
  const { value, unit, doc = String(path.at(-1)) } = own;
  const stated = typeof unit === 'string' || typeof unit === 'number' ? String(unit) : undefined;
  if (typeof value !== 'string') return complete(tree, path, { ...own, unit: stated ?? '1', doc }, own);
  const at = tree.place(isMapping(given) ? [...path, 'value'] : path)?.value;
  if (!isQuantity(value))
    throw new ApicalError(
      'APICAL_CONFIG',
      `${path.join('.')} is the text "${value}"; a number or a quantity such as "10 ms" is expected`,
      { at },
    );
  const full = { ...own, unit: stated ?? unitOf(value)!, doc };
  const number = toNumber(value, full.unit, convert, at);
  // the unit of a quantity was written with it
  complete(tree, path, { ...full, value: number }, { ...own, unit: full.unit });
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
