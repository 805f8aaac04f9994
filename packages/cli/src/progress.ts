/** What runs tell, as lines: one for every run under way on a terminal, else now and then a line that stays. */
import type { RunEvent, RunId } from '@apical/core';
import type { Screen } from './terminal.js';

interface Tracked {
  readonly id: RunId;
  readonly epochs: number;
  /** With those before the first epoch. */
  readonly updates: number;
  readonly before?: { readonly program: string; readonly updates: number };
  /** ms, and the update it began with. */
  readonly begun: number;
  readonly from: number;
  /** Updates so far. */
  update: number;
  epoch: number;
  rate: number;
  headline: string;
  said: number;
}
const keyOf = ({ experiment, scheme, seed, hash }: RunId): string =>
  [experiment, scheme, seed, hash].join(' ');

/** `1 h 05 min`, `3 min 20 s`, `12 s` */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`;
}
const short = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
/** A metric of the split, rather one that is not the loss: `validation/error 2.4`. */
function metricOf(metrics: Readonly<Record<string, number>>, split: string): string | undefined {
  const keys = Object.keys(metrics).filter(k => k.startsWith(`${split}/`));
  const key = keys.find(k => !k.endsWith('/loss')) ?? keys[0];
  return key === undefined ? undefined : `${key} ${short(metrics[key]!)}`;
}

export class Progress {
  readonly #screen: Screen;
  readonly #now: () => number;
  #total: number;
  readonly #quiet: boolean;
  readonly #running = new Map<string, Tracked>();
  readonly #begun: number;
  #done = 0;
  #drawn = -Infinity;

  /** `total` runs; `now` in ms. */
  constructor(screen: Screen, now: () => number, { total, quiet }: { total: number; quiet: boolean }) {
    this.#screen = screen;
    this.#now = now;
    this.#total = total;
    this.#quiet = quiet;
    this.#begun = now();
  }
  /** There will be so many runs. */
  expect(total: number): void {
    this.#total = total;
  }
  hear(event: RunEvent): void {
    const key = keyOf(event.run);
    const tracked = this.#running.get(key);
    if (event.kind === 'run-started') {
      const { epochs, updatesPerEpoch, before } = event;
      const inEpochs = event.resumedAt ?? 0;
      const from = inEpochs + (before?.done ?? 0);
      this.#running.set(key, {
        id: event.run,
        epochs,
        updates: epochs * updatesPerEpoch + (before?.updates ?? 0),
        ...(before ? { before } : {}),
        begun: this.#now(),
        from,
        update: from,
        epoch: updatesPerEpoch ? Math.floor(inEpochs / updatesPerEpoch) : 0,
        rate: NaN,
        headline: '',
        said: this.#now(),
      });
    } else if (event.kind === 'handler-failed') {
      this.#screen.say(
        `warning: ${name(event.run)}: handler "${event.handler}" failed at ${event.event}: ${event.message}`,
      );
    } else if (tracked && event.kind === 'progress') {
      tracked.update = event.before ?? event.update + (tracked.before?.updates ?? 0);
      tracked.epoch = event.epoch;
      tracked.rate = event.samplesPerSecond;
    } else if (tracked && event.kind === 'epoch-ended') {
      tracked.update = event.update + (tracked.before?.updates ?? 0);
      tracked.epoch = event.epoch;
      tracked.headline =
        metricOf(event.metrics, 'validation') ?? metricOf(event.metrics, 'train') ?? tracked.headline;
    } else if (event.kind === 'diverged') {
      if (!this.#quiet) this.#screen.say(`${name(event.run)}: diverged: ${event.message}`);
    } else if (event.kind === 'run-ended') {
      this.#running.delete(key);
      this.#done++;
      const score = metricOf(event.metrics, 'test');
      if (!this.#quiet && this.#total > 1)
        this.#screen.say(
          `${name(event.run)}: ${event.status} after ${duration(event.seconds)}${score === undefined ? '' : `, ${score}`}`,
        );
    }
    if (this.#quiet) return;
    if (this.#screen.live) this.#draw();
    else if (tracked && this.#running.has(key) && this.#now() - tracked.said > 5000) {
      tracked.said = this.#now();
      this.#screen.say(this.#line(tracked));
    }
  }
  /** Takes the drawn lines away. */
  end(): void {
    if (this.#screen.live && !this.#quiet) this.#screen.clear();
  }
  #draw(): void {
    const now = this.#now();
    if (now - this.#drawn < 100 && this.#running.size > 0) return;
    this.#drawn = now;
    const lines = [...this.#running.values()].map(t => this.#line(t));
    if (this.#total > 1) lines.push(`${this.#done} of ${this.#total} runs ended${this.#left()}`);
    this.#screen.draw(lines);
  }
  #line(t: Tracked): string {
    const spent = (this.#now() - t.begun) / 1000;
    const done = t.update - t.from;
    const left = done > 0 ? ((t.updates - t.update) * spent) / done : NaN;
    const { before } = t;
    const where =
      before && t.update < before.updates
        ? `${before.program} before epoch 1, update ${t.update}/${before.updates}`
        : `epoch ${Math.min(t.epoch, t.epochs)}/${t.epochs}`;
    return [
      `${name(t.id)}: ${where}`,
      ...(Number.isFinite(t.rate) ? [`${short(Math.round(t.rate))} samples/s`] : []),
      ...(Number.isFinite(left) ? [`${duration(left)} left`] : []),
      ...(t.headline ? [t.headline] : []),
    ].join(', ');
  }
  #left(): string {
    const under = [...this.#running.values()].reduce(
      (sum, t) => sum + (t.updates ? t.update / t.updates : 0),
      0,
    );
    const share = (this.#done + under) / this.#total;
    if (share < 0.02) return '';
    const spent = (this.#now() - this.#begun) / 1000;
    return `, about ${duration((spent * (1 - share)) / share)} left`;
  }
}
const name = ({ scheme, seed }: RunId): string => `${scheme}, seed ${seed}`;
