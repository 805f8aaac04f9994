/**
 * The work of one run. Epoch 0 stands for the moment before training. At the end of an epoch, in this order: the check for
 * divergence, evaluation and probes, `epoch-ended`, the commands gathered so far, a checkpoint.
 */
import type { BuiltModel } from '@apical/circuit';
import type {
  Bus,
  Clock,
  Environment,
  Logger,
  MetricRow,
  RunStatus,
  RunSummary,
  Step,
  Store,
  StoredRun,
} from '@apical/core';
import { costOf, watchFinite, type Cost, type Divergence, type Watch } from './divergence.js';
import { orderStream, pairingHashes } from './hash.js';
import { attachObservers, carryOut, type Asked } from './observe.js';
import { presenter } from './presenter.js';
import { programsOf } from './programs.js';
import { freshProgress, progressOf, type Progress } from './progress.js';
import { pause, pulse } from './pulse.js';
import { buildModel, type ResolveDependencies, type ResolvedRun } from './resolve-run.js';
import { metricsOf } from './rows.js';
import { summaryOf, weightsOf } from './summary.js';
import { teller, type Teller } from './teller.js';
import { attachProbes, evaluator, type Evaluator, type Probing } from './twins.js';

export interface TrainDependencies extends ResolveDependencies {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: Store;
  /** Default: found out for every run, which asks git. */
  readonly environment?: Environment;
  /** Aborting it ends the run after the present update: with a checkpoint, status `interrupted`. */
  readonly signal?: AbortSignal;
}
type Ending = { readonly status: RunStatus; readonly message?: string; readonly divergence?: Divergence };

export class Training {
  readonly #run: ResolvedRun;
  #stored!: StoredRun;
  readonly #given: TrainDependencies;
  readonly #model: BuiltModel;
  readonly #evaluator: Evaluator;
  readonly #probes: readonly Probing[];
  readonly #programs: (name: string) => Step;
  readonly #cost: Cost;
  readonly #watch: Watch;
  readonly #tell: Teller;
  #progress: Progress;
  /** ms on the clock up to which `progress.seconds` counts, and of the last checkpoint. */
  #counted: number;
  #saved: number;

  /** Builds everything, so that what is wrong is found before anything is stored. */
  constructor(run: ResolvedRun, given: TrainDependencies) {
    this.#run = run;
    this.#given = given;
    const { train, backend, random, samples } = run;
    const memory = backend.open({ dtype: train.dtype });
    const model = buildModel(run, memory, { batch: train.batch, prefix: '' });
    this.#model = model;
    this.#programs = programsOf(model, train);
    this.#evaluator = evaluator(run, memory, model, given.clock);
    this.#probes = attachProbes(run, memory, model);
    this.#cost = costOf(model, run.steps.training, train.program);
    this.#watch = watchFinite(model, this.#cost.macsPerSample * train.batch);
    this.#tell = teller(run.id, given.bus, given.clock);
    const { circuit, forward } = model;
    const names = circuit.weightNames();
    const pairing = pairingHashes({ circuit, forward, names, data: run.data, random, count: samples });
    this.#progress = freshProgress(pairing);
    this.#counted = this.#saved = given.clock.now();
  }

  async run(stored: StoredRun): Promise<RunSummary> {
    this.#stored = stored;
    const { bus } = this.#given;
    const { epochs } = this.#run.train;
    let live = false;
    const detach = attachObservers(this.#run, this.#model, bus, asked => {
      if (live) this.#progress.pending.push(asked);
    });
    try {
      const resumed = await this.#restore();
      const { updatesPerEpoch } = this.#run;
      this.#tell.started(epochs, updatesPerEpoch, resumed ? this.#progress.updates : undefined);
      if (resumed) this.#tell.replay(this.#stored.rows, this.#progress.told, updatesPerEpoch);
      live = true;
      return await this.#finish(await this.#work(resumed));
    } catch (error) {
      this.#tell.ended('failed', this.#progress, {});
      throw error;
    } finally {
      detach();
    }
  }
  async #restore(): Promise<boolean> {
    const snapshot = await this.#stored.restore();
    if (!snapshot) return false;
    this.#model.circuit.restore(snapshot.arrays);
    this.#progress = progressOf(snapshot.record, this.#progress);
    const { epoch, updates } = this.#progress;
    this.#given.logger.info(`${this.#run.config.label}: goes on after epoch ${epoch}, update ${updates}`);
    return true;
  }
  async #work(resumed: boolean): Promise<Ending> {
    const { epochs } = this.#run.train;
    const p = this.#progress;
    const first = resumed ? undefined : await this.#endEpoch();
    if (first) return first;
    while (p.epoch < epochs && p.changes.stopped === undefined) {
      const ending = (await this.#epoch()) ?? (await this.#endEpoch());
      if (ending) return ending;
    }
    const why = p.changes.stopped;
    return why === undefined ? { status: 'finished' } : { status: 'stopped', message: why };
  }
  /** Updates of one epoch, from where it is open. */
  async #epoch(): Promise<Ending | undefined> {
    const { train, task, random, samples, updatesPerEpoch, steps } = this.#run;
    const { clock, signal } = this.#given;
    const { interval } = this.#watch;
    const p = this.#progress;
    const order = random.stream(orderStream(p.epoch + 1)).permutation(samples);
    const present = presenter(this.#model, task.splits.train, train.batch);
    const { programs } = this.#model;
    const begin = programs.begin ? this.#programs('begin') : undefined;
    const start = p.updates === 0 && programs.start ? this.#programs('start') : undefined;
    const step = this.#programs(train.program ?? 'train');
    const pulses = pulse(clock);
    let paused = clock.now();
    let timed = paused;
    const count = (): void => {
      const now = clock.now();
      p.trainSeconds += (now - timed) / 1000;
      timed = now;
    };
    while (p.batch < updatesPerEpoch) {
      if (signal?.aborted) return this.#interrupted();
      present(order, p.batch * train.batch);
      if (p.updates === 0) start?.();
      begin?.();
      for (let k = 0; k < steps.training; k++) step();
      p.batch++;
      p.updates++;
      if (p.updates % interval === 0) {
        const found = this.#watch.check(p.updates, p.epoch + 1);
        if (found) return diverged(found);
      }
      if (!pulses.due()) continue;
      count();
      this.#tell.progress(p, train.batch);
      const saveAfter = train.checkpointSeconds * 1000;
      if (saveAfter > 0 && p.batch < updatesPerEpoch && clock.now() - this.#saved > saveAfter) {
        await this.#save();
        timed = clock.now();
      }
      if (clock.now() - paused > 50) {
        await pause();
        paused = timed = clock.now();
      }
    }
    count();
    p.epoch++;
    p.batch = 0;
    return undefined;
  }
  async #endEpoch(): Promise<Ending | undefined> {
    const { train } = this.#run;
    const p = this.#progress;
    const bad = this.#check();
    if (bad) return bad;
    const due = p.epoch % train.evaluateEvery === 0 || p.epoch === train.epochs;
    const rows = due ? await this.#measure() : [];
    const unhappy = await this.#keep(rows);
    if (unhappy) return unhappy;
    p.told = Math.max(p.told, p.epoch);
    this.#tell.epochEnded(p, metricsOf(rows));
    const asked = p.pending;
    p.pending = [];
    for (const one of asked) this.#carryOut(one);
    if (this.#given.signal?.aborted && p.epoch < train.epochs) return this.#interrupted();
    const wanted = asked.some(a => a.command.do === 'checkpoint');
    const late = this.#given.clock.now() - this.#saved > train.checkpointSeconds * 1000;
    if (wanted || (p.epoch > 0 && (train.checkpointSeconds === 0 || late))) await this.#save();
    await pause();
    return undefined;
  }
  #check(): Ending | undefined {
    // before the first update the output was never computed, and first weights were checked when they were read
    if (this.#progress.updates === 0) return undefined;
    const found = this.#watch.check(this.#progress.updates, this.#progress.epoch);
    return found && diverged(found);
  }
  #carryOut(asked: Asked): void {
    carryOut(asked, this.#model, this.#progress.changes, this.#run.random, this.#programs);
  }
  /** Rows of the present moment: told splits, then probes. */
  async #measure(): Promise<MetricRow[]> {
    const { epoch, updates: update, changes } = this.#progress;
    const rows: MetricRow[] = [];
    for (const split of this.#run.train.evaluateOn)
      for (const [name, value] of Object.entries(await this.#evaluator.evaluate(split, changes)))
        rows.push({ epoch, update, split, name, value });
    for (const probing of this.#probes) {
      await pause();
      for (const { name, layer, sample, value } of probing.rows(changes, { epoch, update }))
        rows.push({
          epoch,
          update,
          probe: probing.name,
          name,
          ...(layer === undefined ? {} : { layer }),
          ...(sample === undefined ? {} : { sample }),
          value,
        });
    }
    return rows;
  }
  /** Stores and tells rows, remembers the best; an ending where the loss is not finite. */
  async #keep(rows: readonly MetricRow[]): Promise<Ending | undefined> {
    const p = this.#progress;
    await this.#stored.append(rows);
    this.#tell.rows(rows);
    this.#countSeconds();
    const { seconds, trainSeconds, epoch, updates } = p;
    await this.#stored.timing?.({
      epoch,
      update: updates,
      seconds,
      trainSeconds,
      date: this.#given.clock.date(),
    });
    const metrics = metricsOf(rows.filter(r => r.split !== undefined));
    const { headline, metrics: specs } = this.#run.task;
    const value = metrics[`validation/${headline}`];
    const before = p.best?.metrics[`validation/${headline}`];
    const sign = specs[headline]?.better === 'higher' ? -1 : 1;
    if (
      value !== undefined &&
      Number.isFinite(value) &&
      (before === undefined || sign * value < sign * before)
    )
      p.best = { epoch: p.epoch, metrics };
    const found = this.#watch.checkLoss(metrics, p.updates, p.epoch);
    return found && diverged(found);
  }
  async #save(): Promise<void> {
    this.#countSeconds();
    const { circuit } = this.#model;
    const record = structuredClone(this.#progress) as unknown as Readonly<Record<string, unknown>>;
    const file = await this.#stored.checkpoint({ arrays: circuit.state(), record });
    this.#saved = this.#given.clock.now();
    this.#tell.checkpoint(this.#progress, file);
  }
  #countSeconds(): void {
    const now = this.#given.clock.now();
    this.#progress.seconds += (now - this.#counted) / 1000;
    this.#counted = now;
  }
  async #interrupted(): Promise<Ending> {
    await this.#save();
    return { status: 'interrupted', message: 'stopped from outside; run it again to go on' };
  }
  /** Reads the test split once, and leaves summary and weights; an interrupted run leaves its checkpoint alone. */
  async #finish(ending: Ending): Promise<RunSummary> {
    const p = this.#progress;
    let { status, message, divergence } = ending;
    let final: Readonly<Record<string, number>> = {};
    if (status === 'finished' || status === 'stopped') {
      const last = p.epoch % this.#run.train.evaluateEvery === 0 || p.epoch === this.#run.train.epochs;
      const rows = last ? this.#stored.rows.filter(r => r.epoch === p.epoch) : await this.#measure();
      const found = last ? undefined : await this.#keep(rows);
      if (found) ({ status, message, divergence } = { message: undefined, divergence: undefined, ...found });
      else {
        const test = await this.#evaluator.evaluate('test', p.changes);
        const { epoch, updates: update } = p;
        const testRows = Object.entries(test).map(([name, value]): MetricRow => ({
          epoch,
          update,
          split: 'test',
          name,
          value,
        }));
        await this.#stored.append(testRows);
        this.#tell.rows(testRows);
        final = metricsOf([...rows.filter(r => r.split !== undefined), ...testRows]);
      }
    }
    if (divergence) this.#tell.diverged(p, divergence);
    this.#countSeconds();
    const summary = summaryOf(this.#run, p, this.#cost, { status, message, final }, this.#stored.rows);
    if (status !== 'interrupted') await this.#stored.finish(summary, weightsOf(this.#model));
    this.#tell.ended(status, p, final);
    return summary;
  }
}
const diverged = (divergence: Divergence): Ending => ({
  status: 'diverged',
  message: divergence.message,
  divergence,
});
