/** How often a program runs on a batch. Schemes say it in ms: `presentation` for training, `evaluatePresentation` for evaluation. */
import { ApicalError } from '@apical/core';
import type { Scheme } from '@apical/core';

/** Steps by what they are for. */
export interface Durations {
  readonly training: number;
  readonly evaluation: number;
}
/** Parameters of a scheme that a run reads; they stay as they are while it trains. */
export const presentations = { training: 'presentation', evaluation: 'evaluatePresentation' } as const;

/** `parameters` are those of the filled scheme, worked out. A scheme that says no duration runs its programs once. */
export function durationsOf(
  { dt }: Pick<Scheme, 'dt'>,
  parameters: Readonly<Record<string, number>>,
  at: (parameter: string) => string | undefined = () => undefined,
): Durations {
  const steps = (name: string): number =>
    dt === undefined || parameters[name] === undefined ? 1 : stepsIn(name, parameters[name], dt, at(name));
  return { training: steps(presentations.training), evaluation: steps(presentations.evaluation) };
}
/** Throws `APICAL_TIME` where the time (ms) is not a whole number of steps, from 1, within 1e-6. */
export function stepsIn(name: string, time: number, dt: number, at?: string): number {
  const steps = Math.round(time / dt);
  if (steps >= 1 && Math.abs(time / dt - steps) <= 1e-6) return steps;
  const near = [Math.floor(time / dt), Math.floor(time / dt) + 1].filter(n => n >= 1 && Number.isFinite(n));
  throw new ApicalError(
    'APICAL_TIME',
    `${name} is ${time} ms, which is ${Number((time / dt).toPrecision(7))} steps of dt = ${dt} ms; give a whole number of steps` +
      near.map((n, k) => `${k ? ' or ' : ': '}${Number((n * dt).toPrecision(12))} ms`).join(''),
    { at },
  );
}
