/** `apical show`: one part, an experiment's config, or the circuit that it builds, as text. */
import type {
  Activation,
  Dataset,
  LearningRule,
  NeuronModel,
  Observer,
  Optimiser,
  Probe,
  Scheme,
  Source,
  Task,
} from '@apical/core';
import { formatBytes, formatCount } from '@apical/report';
import { ApicalError } from '@apical/core';
import { configRoots, type Context } from '../context.js';
import { exitCodes, type ExitCode } from '../errors.js';
import {
  heading,
  optionSection,
  parameterSection,
  programText,
  sections,
  showActivation,
  showNeuron,
  showOptimiser,
  showRule,
  showScheme,
  sourceSection,
  type Section,
} from '../show-part.js';
import { columns } from '../text.js';

export interface ShowOptions {
  readonly origin: boolean;
  readonly nondefault: boolean;
  readonly resolve: boolean;
  readonly latex: boolean;
  readonly audit: boolean;
}
export async function show(
  context: Context,
  kind: string,
  name: string | undefined,
  overrides: readonly string[],
  options: ShowOptions,
): Promise<ExitCode> {
  const host = await context.host();
  if (name === undefined)
    throw new ApicalError(
      'APICAL_USAGE',
      kind === 'config' || kind === 'circuit'
        ? `show ${kind} of which experiment? For example: apical show ${kind} experiment/demo`
        : `show which ${kind}? "apical list ${kind}s" lists them`,
    );
  if (kind === 'config') {
    const composed = host.compose({ target: name, overrides, roots: configRoots() });
    if (context.options.json) context.json(composed.experiment);
    else context.out(composed.render({ origin: options.origin, nondefault: options.nondefault }));
    return exitCodes.done;
  }
  if (kind === 'circuit') return showCircuit(context, name, overrides);
  const found = host.part(kind, name);
  if (context.options.json && !options.audit) {
    context.json({ kind: found.word, origin: found.origin, ...found.part });
    return exitCodes.done;
  }
  if (options.audit) {
    if (found.word !== 'scheme')
      throw new ApicalError('APICAL_USAGE', '--audit belongs to "show scheme NAME"');
    if (context.options.json) {
      context.json(host.audit(name));
      return exitCodes.done;
    }
    context.out(`${heading('scheme', found.part, found.origin)}\n`);
    const rows = host
      .audit(name)
      .map(({ aspect, answer, evidence }) => [aspect, answer, evidence.join('; ')]);
    context.out(columns(rows));
    return exitCodes.done;
  }
  context.out(described(found.word, found.part, found.origin, options.latex));
  return exitCodes.done;
}
type Named = { readonly name: string; readonly doc?: string };

function described(word: string, part: Named, origin: string, latex: boolean): string {
  switch (word) {
    case 'scheme':
      return showScheme(part as Scheme, origin);
    case 'rule':
      return showRule(part as LearningRule, origin, latex);
    case 'neuron':
      return showNeuron(part as NeuronModel, origin, latex);
    case 'optimiser':
      return showOptimiser(part as Optimiser, origin, latex);
    case 'activation':
      return showActivation(part as Activation, origin, latex);
    case 'dataset':
      return showDataset(part as Dataset, origin);
    default:
      return showOther(word, part, origin);
  }
}
function showDataset(dataset: Dataset, origin: string): string {
  return sections(heading('data set', dataset, origin), [
    sourceSection(dataset.source),
    optionSection(dataset.options),
    ['files', columns((dataset.files ?? []).map(f => [f.name, formatBytes(f.bytes), `sha256 ${f.sha256}`]))],
  ]);
}
/** What the other kinds have in common, where they have it. */
function showOther(word: string, part: Named, origin: string): string {
  const { source, options, parameters, rows, flags } = part as Named &
    Partial<Pick<Task & Observer, 'options'>> &
    Partial<Pick<Probe, 'rows'>> & {
      readonly source?: Source;
      readonly parameters?: Readonly<
        Record<string, { readonly doc: string; readonly value: number; readonly unit?: string }>
      >;
      readonly flags?: Readonly<Record<string, string | number | boolean>>;
    };
  const withUnits = Object.fromEntries(
    Object.entries(parameters ?? {}).map(([k, p]) => [k, { ...p, unit: p.unit ?? '1' }]),
  );
  return sections(heading(word, part, origin), [
    sourceSection(source),
    parameterSection(withUnits),
    optionSection(options ?? {}),
    [
      'rows',
      columns(Object.entries(rows ?? {}).map(([name, r]) => [name, r.unit === '1' ? '' : r.unit, r.doc])),
    ],
    ['flags', columns(Object.entries(flags ?? {}).map(([name, v]) => [name, String(v)]))],
  ]);
}
async function showCircuit(
  context: Context,
  target: string,
  overrides: readonly string[],
): Promise<ExitCode> {
  const host = await context.host();
  const composed = host.compose({ target, overrides, roots: configRoots() });
  const labels = new Set<string>();
  const shown: object[] = [];
  for (const config of composed.configs) {
    if (labels.has(config.label)) continue;
    labels.add(config.label);
    const circuit = await host.circuit(config, { places: composed });
    shown.push(circuit);
    if (context.options.json) continue;
    const { populations, projections, programs, cost, backend, compiled } = circuit;
    context.out(
      sections(`circuit of ${config.label} in ${config.name}, hash ${circuit.hash}`, [
        [
          'populations',
          columns(populations.map(p => [p.name, p.role, p.shape.join(' × '), p.model, `depth ${p.depth}`])),
        ],
        [
          'projections',
          columns(
            projections.map(p => [
              p.name,
              `${p.from} → ${p.to}`,
              p.phases.join('+'),
              p.shape.length
                ? `${p.connectivity} ${p.shape.join(' × ')}${p.bias ? ' + bias' : ''}`
                : p.connectivity,
              p.weights,
              p.rules.length ? `learns by ${p.rules.join(', ')}` : 'fixed',
            ]),
          ),
        ],
        ...Object.entries(programs).map(([name, program]): Section => [
          `program ${name}`,
          programText(program),
        ]),
        [
          `on backend ${backend}`,
          columns(Object.entries(compiled).map(([name, note]) => [`program ${name}`, note])),
        ],
        [
          'cost',
          columns([
            ['parameters', formatCount(cost.parameters)],
            ['multiply-accumulates per sample', formatCount(cost.macsPerSample)],
            ['memory', formatBytes(cost.memory)],
          ]),
        ],
      ]) + '\n',
    );
  }
  if (context.options.json) context.json(shown);
  return exitCodes.done;
}
