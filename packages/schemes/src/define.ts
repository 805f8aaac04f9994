/** Parts written in a config (`define:`): their form is checked, then they join the catalogues under origin `config`. */
import { ApicalError, freeze } from '@apical/core';
import type { Activation, DefineConfig, LearningRule, NeuronModel, Optimiser } from '@apical/core';
import { unknownAt, type Locate, type RunCatalogues } from './catalogues.js';
import { schemeFromTemplate } from './template.js';

type Form = (value: unknown, path: string) => unknown;
type Fields = Readonly<Record<string, Form>>;

/** Copies of the catalogues with the parts of `define` added. Throws `APICAL_DEFINE` or `APICAL_DUPLICATE`. */
export function withDefined<C extends RunCatalogues>(
  catalogues: C,
  define: DefineConfig,
  locate: Locate = () => undefined,
): C {
  const out = {
    ...catalogues,
    LearningRule: catalogues.LearningRule.extended(),
    NeuronModel: catalogues.NeuronModel.extended(),
    Optimiser: catalogues.Optimiser.extended(),
    Activation: catalogues.Activation.extended(),
    Scheme: catalogues.Scheme.extended(),
  };
  const forms = formsFor(locate);
  const parts = <T>(key: keyof DefineConfig, form: Form): T[] =>
    Object.entries(define[key] ?? {}).map(([name, spec]) =>
      freeze({ name, ...(form(spec, `define.${key}.${name}`) as object) } as T),
    );
  for (const part of parts<Activation>('activations', forms.activation)) out.Activation.add(part, 'config');
  for (const part of parts<NeuronModel>('neurons', forms.neuron)) out.NeuronModel.add(part, 'config');
  for (const part of parts<LearningRule>('rules', forms.rule)) out.LearningRule.add(part, 'config');
  for (const part of parts<Optimiser>('optimisers', forms.optimiser)) out.Optimiser.add(part, 'config');
  for (const [name, template] of Object.entries(define.schemes ?? {}))
    out.Scheme.add(schemeFromTemplate(name, template, out, locate), 'config');
  return out;
}

function formsFor(locate: Locate): Readonly<Record<'activation' | 'neuron' | 'rule' | 'optimiser', Form>> {
  const wrong = (path: string, found: unknown, right: string): ApicalError =>
    new ApicalError('APICAL_DEFINE', `${path}: found ${JSON.stringify(found) ?? 'nothing'}; give ${right}`, {
      at: locate(path),
    });
  const record = (value: unknown, path: string, right: string): Readonly<Record<string, unknown>> => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
    throw wrong(path, value, right);
  };
  const text: Form = (value, path) => {
    if (typeof value === 'string') return value;
    throw wrong(path, value, 'text');
  };
  const number: Form = (value, path) => {
    if (typeof value === 'number') return value;
    throw wrong(path, value, 'a number');
  };
  /** Statements and expressions: YAML reads `1` as a number. */
  const expression: Form = (value, path) => {
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    throw wrong(path, value, 'an expression');
  };
  const oneOf =
    (...allowed: string[]): Form =>
    (value, path) => {
      if (typeof value === 'string' && allowed.includes(value)) return value;
      throw wrong(path, value, `one of ${allowed.join(', ')}`);
    };
  const map =
    (form: Form): Form =>
    (value, path) =>
      Object.fromEntries(
        Object.entries(record(value, path, 'a mapping of names')).map(([k, v]) => [
          k,
          form(v, `${path}.${k}`),
        ]),
      );
  const object =
    (
      fields: Fields,
      needed: readonly string[] = [],
      defaults: Readonly<Record<string, unknown>> = {},
    ): Form =>
    (value, path) => {
      const given = record(value, path, `a mapping with ${Object.keys(fields).join(', ')}`);
      for (const key of needed)
        if (given[key] === undefined)
          throw new ApicalError(
            'APICAL_DEFINE',
            `${path} has no "${key}"; it needs ${needed.join(', ')} and may have ${Object.keys(fields).join(', ')}`,
            { at: locate(path) },
          );
      const out: Record<string, unknown> = { ...defaults };
      for (const [key, v] of Object.entries(given)) {
        const form = Object.hasOwn(fields, key) ? fields[key] : undefined;
        if (!form) {
          const at = locate(`${path}.${key}`);
          throw unknownAt(`key of ${path}`, key, Object.keys(fields), at, 'APICAL_DEFINE');
        }
        if (v !== undefined) out[key] = form(v, `${path}.${key}`);
      }
      return out;
    };
  const list =
    (form: Form): Form =>
    (value, path) => {
      if (!Array.isArray(value)) throw wrong(path, value, 'a list');
      return value.map((v, k) => form(v, `${path}.${k}`));
    };
  const source = object({ paper: text, equations: text, note: text }, ['paper']);
  const anonymous = { source: { paper: 'defined in the config' } };
  const parameter = object(
    { value: number, doc: text, unit: expression, min: number, max: number },
    ['value'],
    {
      doc: '',
      unit: '1',
    },
  );
  const signal = object(
    {
      role: oneOf('state', 'input', 'derived', 'stimulus', 'noise'),
      doc: text,
      unit: expression,
      per: oneOf('neuron', 'sample', 'population'),
      init: number,
    },
    ['role'],
    { doc: '', unit: '1' },
  );
  const block = {
    doc: text,
    source,
    parameters: map(parameter),
    constants: map(expression),
    choices: map(map(expression)),
  };
  const ends = (form: Form): Form => object({ pre: form, post: form });
  const term = object({ gain: expression, post: expression, pre: expression, times: text });
  return {
    activation: (value, path) => {
      const found = object({
        doc: text,
        source,
        value: expression,
        slope: expression,
        forward: expression,
        backward: expression,
      })(value, path) as Record<string, unknown>;
      const mixed = found.value === undefined ? found.slope !== undefined : found.backward !== undefined;
      if ((found.value === undefined) === (found.forward === undefined) || mixed)
        throw wrong(path, Object.keys(found), 'either "value" (and "slope") or "forward" (and "backward")');
      return found;
    },
    neuron: object(
      { ...block, signals: map(signal), functions: map(text), phases: map(expression) },
      ['signals', 'phases'],
      { parameters: {}, ...anonymous },
    ),
    rule: object(
      {
        ...block,
        traces: ends(map(signal)),
        phases: map(ends(expression)),
        update: object({ terms: list(term) }, ['terms']),
      },
      ['update'],
      { parameters: {}, ...anonymous },
    ),
    optimiser: object(
      {
        ...block,
        state: map(signal),
        update: expression,
        pool: object({ over: oneOf('neuron', 'projection', 'network'), of: expression }, ['over', 'of']),
      },
      ['update'],
      { parameters: {} },
    ),
  };
}
