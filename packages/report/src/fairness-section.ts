/** The fairness card on a page, and in short on a terminal. */
import type { ComparisonResult, RunResult } from '@apical/core';
import { fairnessCard, type FairnessLine } from './fairness.js';
import type { Scene } from './figure.js';
import { missing } from './format.js';
import { definitions, markup, section, table, type Html } from './page.js';
import { swatch } from './sections.js';

export const cardOfComparison = ({ experiment, rows, runs, baseline }: ComparisonResult): FairnessLine[] =>
  fairnessCard(
    {
      schemes: rows.map(r => r.scheme),
      baseline,
      ratesOf: scheme => experiment.schemes[scheme]?.rates ?? experiment.rates,
      observers: experiment.observers,
    },
    runs,
  );
export const cardOfRun = (run: RunResult): FairnessLine[] => {
  const { label, scheme, rates, observers } = run.config;
  return fairnessCard(
    { schemes: [label], baseline: label, ratesOf: () => scheme.rates ?? rates, observers },
    [run],
  );
};
/** The whole card, a row a scheme. Undefined where nothing was recorded. */
export function fairnessSection(scene: Scene, card: readonly FairnessLine[]): Html | undefined {
  if (card.length === 0) return undefined;
  const several = scene.styles.length > 1;
  const cell = (line: FairnessLine, scheme: string) => {
    const text = line.values[scheme] ?? missing;
    return { text: line.differs.includes(scheme) ? markup`<strong>${text}</strong>` : text };
  };
  // what all have in common is said once
  const [own, common] = [card.filter(l => !isCommon(l, scene)), card.filter(l => isCommon(l, scene))];
  return section(
    'fairness',
    several ? 'Fairness card' : 'What it was trained with',
    several && own.length
      ? table(
          'What schemes were trained with, where it is not the same in all; in bold: other than most have',
          [{ head: 'scheme' }, ...own.map(({ name: head, doc }) => ({ head, doc }))],
          scene.styles.map(({ label }) => [
            { text: swatch(scene, label) },
            ...own.map(line => cell(line, label)),
          ]),
        )
      : '',
    several && common.length ? markup`<p>The same in all schemes:</p>` : '',
    definitions(common.map(line => [line.name, Object.values(line.values)[0]] as const)),
  );
}
const isCommon = ({ values, differs }: FairnessLine, { styles }: Pick<Scene, 'styles'>): boolean =>
  differs.length === 0 && Object.keys(values).length === styles.length;

/** For a terminal: how rates were chosen, then what differs, a line each. */
export function fairnessText(card: readonly FairnessLine[], schemes: readonly string[]): string[] {
  if (card.length === 0) return [];
  const told = ({ name, values, differs }: FairnessLine): string => {
    const groups = new Map<string, string[]>();
    for (const scheme of schemes) {
      const value = values[scheme] ?? (differs.includes(scheme) ? missing : undefined);
      if (value !== undefined) groups.set(value, [...(groups.get(value) ?? []), scheme]);
    }
    const parts = [...groups].map(([value, of]) =>
      of.length === schemes.length ? value : `${of.join(', ')} ${value}`,
    );
    return `${name}: ${parts.join('; ')}`;
  };
  // how fast each learns, and how that was chosen, is told even where it is the same
  const isRate = ({ name }: FairnessLine): boolean => name.startsWith('rate');
  const same = card.filter(l => l.differs.length === 0 && !isRate(l)).map(l => l.name.replace(', ', ' of '));
  const rates = card.filter(l => l.differs.length === 0 && isRate(l)).map(told);
  const equal = schemes.length > 1 && same.length ? [`equal in all that have it: ${same.join(', ')}`] : [];
  return [
    `fairness: ${[...rates, ...equal].join('; ')}`,
    ...card.filter(l => l.differs.length).map(l => `differs, ${told(l)}`),
  ];
}
