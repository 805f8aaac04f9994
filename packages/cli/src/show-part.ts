/** Parts as text: what they are for, symbols with units, equations as written or as LaTeX. */
import type {
  Activation,
  Block,
  Ends,
  Equations,
  LearningRule,
  NeuronModel,
  Optimiser,
  OptionSpec,
  ParameterSpec,
  Program,
  Scheme,
  SignalSpec,
  Source,
  Stage,
  Term,
} from '@apical/core';
import { parseStatements, toLatex } from '@apical/equations';
import { columns, dedented, indented } from './text.js';

export type Section = readonly [heading: string, body: string];
/** Headings with their bodies; empty ones are left out. */
export const sections = (head: string, parts: readonly (Section | undefined)[]): string =>
  [head, ...parts.flatMap(p => (p?.[1] ? [`${p[0]}\n${indented(p[1])}`] : []))].join('\n\n');

export function heading(
  kind: string,
  part: { readonly name: string; readonly doc?: string },
  origin: string,
): string {
  return [`${kind} ${part.name}  (from ${origin})`, ...(part.doc ? [part.doc] : [])].join('\n');
}
export const sourceSection = (source: Source | undefined): Section | undefined =>
  source && [
    'source',
    [
      source.paper,
      ...(source.equations ? [`equations ${source.equations}`] : []),
      ...(source.note ? [source.note] : []),
    ].join('\n'),
  ];
const unitOf = (unit: string): string => (unit === '1' ? '' : unit);
const range = ({ min, max }: ParameterSpec): string =>
  min === undefined && max === undefined ? '' : `${min ?? '−∞'} to ${max ?? '∞'}`;
export const parameterSection = (parameters: Readonly<Record<string, ParameterSpec>>): Section => [
  'parameters',
  columns(
    Object.entries(parameters).map(([name, p]) => [name, String(p.value), unitOf(p.unit), range(p), p.doc]),
  ),
];
const signalRows = (signals: Readonly<Record<string, SignalSpec>>, end?: string): string[][] =>
  Object.entries(signals).map(([name, s]) => [
    end === undefined ? name : `${end}.${name}`,
    s.role,
    unitOf(s.unit),
    s.per && s.per !== 'neuron' ? `per ${s.per}` : '',
    s.doc,
  ]);
/** Statements as they were written, or one LaTeX line each. */
export const equationText = (equations: Equations, latex: boolean, where: string): string =>
  latex ? toLatex(parseStatements(equations, { where })) : dedented(equations);

function blockSections(block: Block): (Section | undefined)[] {
  return [
    parameterSection(block.parameters),
    ['constants', columns(Object.entries(block.constants ?? {}).map(([name, e]) => [name, '=', e]))],
    [
      'choices, the first is the default',
      Object.entries(block.choices ?? {})
        .map(
          ([name, alternatives]) =>
            `${name}\n${indented(columns(Object.entries(alternatives).map(([k, e]) => [k, e])))}`,
        )
        .join('\n'),
    ],
  ];
}
export function showNeuron(model: NeuronModel, origin: string, latex: boolean): string {
  return sections(heading('neuron model', model, origin), [
    sourceSection(model.source),
    ['signals', columns(signalRows(model.signals))],
    ...blockSections(model),
    ['activation slots', columns(Object.entries(model.functions ?? {}))],
    ...Object.entries(model.phases).map(([phase, equations]): Section => [
      `phase ${phase}`,
      equationText(equations, latex, `${model.name}/${phase}`),
    ]),
  ]);
}
/** `dW ∝ −alpha · post(xi) ⊗ pre(rHP) ∘ W` */
export function termText({ gain, post, pre, times }: Term): string {
  const factors = [
    ...(gain === undefined ? [] : [/[-+ ]/.test(gain.trim()) ? `(${gain.trim()})` : gain.trim()]),
    ...(post === undefined && pre === undefined ? [] : [`post(${post ?? '1'}) ⊗ pre(${pre ?? '1'})`]),
    ...(times === undefined ? [] : [times]),
  ];
  return factors.join(' · ') || '1';
}
function termLatex({ gain, post, pre, times }: Term): string {
  const end = (name: string, e: string | undefined): string =>
    e === undefined ? '1' : `\\left[${toLatex(e)}\\right]_{\\mathrm{${name}}}`;
  return [
    ...(gain === undefined ? [] : [`\\left(${toLatex(gain)}\\right)`]),
    ...(post === undefined && pre === undefined ? [] : [`${end('post', post)} \\otimes ${end('pre', pre)}`]),
    ...(times === undefined ? [] : [`\\circ ${toLatex(times)}`]),
  ].join(' ');
}
const endsText = (name: string, ends: Ends<Equations>, latex: boolean): string =>
  (['pre', 'post'] as const)
    .flatMap(side =>
      ends[side] === undefined
        ? []
        : [`${side}:\n${indented(equationText(ends[side], latex, `${name}/${side}`))}`],
    )
    .join('\n');
export function showRule(rule: LearningRule, origin: string, latex: boolean): string {
  const { terms } = rule.update;
  return sections(heading('learning rule', rule, origin), [
    sourceSection(rule.source),
    ...blockSections(rule),
    [
      'traces',
      columns([...signalRows(rule.traces?.pre ?? {}, 'pre'), ...signalRows(rule.traces?.post ?? {}, 'post')]),
    ],
    ...Object.entries(rule.phases ?? {}).map(([phase, ends]): Section => [
      `phase ${phase}`,
      endsText(`${rule.name}/${phase}`, ends, latex),
    ]),
    [
      'direction (mean over the batch)',
      latex
        ? `\\Delta W = ${terms.map(termLatex).join(' + ')}`
        : `dW = ${terms.map(termText).join('\n   + ')}`,
    ],
  ]);
}
export function showOptimiser(optimiser: Optimiser, origin: string, latex: boolean): string {
  return sections(heading('optimiser', optimiser, origin), [
    sourceSection(optimiser.source),
    ...blockSections(optimiser),
    ['state, as large as the weights', columns(signalRows(optimiser.state ?? {}))],
    ['pooled', optimiser.pool ? `mean of ${optimiser.pool.of} over the ${optimiser.pool.over}` : ''],
    ['update of weights w along a direction g', equationText(optimiser.update, latex, optimiser.name)],
  ]);
}
export function showActivation(activation: Activation, origin: string, latex: boolean): string {
  const expression = (e: string): string => (latex ? toLatex(e) : e);
  return sections(heading('activation', activation, origin), [
    sourceSection(activation.source),
    ...('value' in activation
      ? ([
          ['value', expression(activation.value)],
          ['slope', activation.slope === undefined ? 'derived from the value' : expression(activation.slope)],
        ] satisfies Section[])
      : ([
          ['forward', equationText(activation.forward, latex, activation.name)],
          ['backward', activation.backward ? equationText(activation.backward, latex, activation.name) : ''],
        ] satisfies Section[])),
  ]);
}
export const optionSection = (options: Readonly<Record<string, OptionSpec>>): Section => [
  'options',
  columns(
    Object.entries(options).map(([name, { doc, value, allowed }]) => [
      name,
      JSON.stringify(value),
      allowed ? `one of ${allowed.map(a => JSON.stringify(a)).join(', ')}` : '',
      doc,
    ]),
  ),
];
const values = (given: Readonly<Record<string, unknown>> | undefined): string =>
  Object.entries(given ?? {})
    .map(([k, v]) => `${k}=${typeof v === 'string' ? v : JSON.stringify(v)}`)
    .join(', ');

export function showScheme(scheme: Scheme, origin: string): string {
  return sections(heading('scheme', scheme, origin), [
    sourceSection(scheme.source),
    parameterSection(scheme.parameters),
    [
      'settings',
      columns(
        Object.entries(scheme.settings).map(([name, s]) => [
          name,
          JSON.stringify(s.value),
          s.allowed ? `one of ${s.allowed.map(a => JSON.stringify(a)).join(', ')}` : '',
          s.doc,
        ]),
      ),
    ],
    [
      'neurons (config: schemes.LABEL.neurons.SLOT)',
      columns(
        Object.entries(scheme.neurons).map(([slot, n]) => [
          slot,
          n.model.name,
          values(n.parameters),
          values(n.choose),
        ]),
      ),
    ],
    [
      'plasticity (config: schemes.LABEL.plasticity.SLOT)',
      columns(
        Object.entries(scheme.plasticity).map(([slot, p]) =>
          p === null
            ? [slot, 'empty']
            : [
                slot,
                p.rule.name,
                values(p.parameters),
                p.optimiser
                  ? `by ${p.optimiser.use.name} ${values(p.optimiser.parameters)}`.trim()
                  : 'added as it is',
              ],
        ),
      ),
    ],
    [
      'heads',
      columns(
        Object.entries(scheme.heads).map(([name, h]) => [name, `${h.activation} output`, values(h.choose)]),
      ),
    ],
    ['phases', columns(Object.entries(scheme.phases))],
  ]);
}
/** One stage a line, nested ones indented. */
export function programText(program: Program): string {
  return program.map(stageText).join('\n');
}
function stageText(stage: Stage): string {
  const inner = (stages: Program): string => `\n${indented(programText(stages))}`;
  if ('phase' in stage) {
    const phase = typeof stage.phase === 'string' ? stage.phase : stage.phase.join(' + ');
    return [
      phase,
      ...(stage.sweep ? [`sweeping ${stage.sweep}`] : []),
      ...(stage.on ? [`on ${stage.on.join(', ')}`] : []),
    ].join(' ');
  }
  if ('set' in stage) return `set ${values(stage.set)}`;
  if ('when' in stage) return `when ${stage.when}:${inner(stage.stages)}`;
  if ('every' in stage) return `every ${stage.every} times:${inner(stage.stages)}`;
  const until = stage.until
    ? ` until ${stage.until.perSample ? 'every sample for itself moves' : 'states move'} less than ${stage.until.within}`
    : '';
  return `repeat ${stage.repeat} times${until}:${inner(stage.stages)}`;
}
