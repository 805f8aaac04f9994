/**
 * The work of one run. What comes before the first epoch (`train.before`), then epoch 0, the moment before training. At
 * the end of an epoch, in this order: the check for divergence, evaluation and probes, `epoch-ended`, the commands
 * gathered so far, a checkpoint.
 */
import type { BuiltModel } from '@apical/circuit';
import type { MetricRow, RunSettings, RunStatus, RunSummary, StoredRun } from '@apical/core';
import { beforeOf, skipped, type Before } from './before.js';
import type { TrainDependencies } from './dependencies.js';
import { costOf, watchFinite, type Cost, type Divergence, type Watch } from './divergence.js';
import { evaluated, measure } from './measure.js';
import { attachObservers, carryOut } from './observe.js';
import { programsOf, type Programs } from './programs.js';
import { freshProgress, keepBest, pairingOf, progressOf, type Progress } from './progress.js';
import { pause } from './pulse.js';
import { buildModel, type ResolvedRun } from './resolve-run.js';
import { metricsOf } from './rows.js';
import { settingsOf } from './settings.js';
import { work, type Stretch } from './stretch.js';
import { summaryOf, weightsOf } from './summary.js';
import { teller, type Teller } from './teller.js';
import { updatesOf, type Updates } from './updates.js';
import { attachProbes, evaluator, type Evaluator, type Probing } from './twins.js';

type Ending = { readonly status: RunStatus; readonly message?: string; readonly divergence?: Divergence };

export class Training {
  readonly #run: ResolvedRun;
  #stored!: StoredRun;
  readonly #given: TrainDependencies;
  readonly #model: BuiltModel;
  readonly #evaluator: Evaluator;
  readonly #probes: readonly Probing[];
  readonly #programs: Programs;
  readonly #before: Before | undefined;
  readonly #updates: Updates;
  readonly #cost: Cost;
  readonly #settings: RunSettings;
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
    const { train, backend } = run;
    const memory = backend.open({ dtype: train.dtype });
    const model = buildModel(run, memory, { batch: train.batch, prefix: '' });
    this.#model = model;
    this.#programs = programsOf(model, train);
    this.#before = beforeOf(train, model);
    this.#evaluator = evaluator(run, memory, model, given.clock);
    this.#probes = attachProbes(run, memory, model);
    this.#cost = costOf(model, run.steps.training, train.program);
    this.#settings = settingsOf(run, model);
    this.#watch = watchFinite(model, this.#cost.macsPerSample * train.batch);
    this.#tell = teller(run.id, given.bus, given.clock);
    this.#updates = updatesOf(run, model, this.#programs, this.#tell);
    this.#progress = freshProgress(pairingOf(run, model));
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
      const { updates, before } = this.#progress;
      this.#tell.started({
        epochs,
        updatesPerEpoch,
        ...(resumed ? { resumedAt: updates } : {}),
        ...(this.#before ? { before: { ...this.#before, done: before.updates } } : {}),
      });
      if (resumed) this.#tell.replay(this.#stored.rows, this.#progress.told, updatesPerEpoch);
      live = true;
      return await this.#finish(await this.#work());
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
    const { epoch, updates, told, before } = this.#progress;
    const after = told < 0 ? `update ${before.updates} before epoch 1` : `epoch ${epoch}, update ${updates}`;
    this.#given.logger.info(`${this.#run.config.label}: goes on after ${after}`);
    return true;
  }
  async #work(): Promise<Ending> {
    const { epochs } = this.#run.train;
    const p = this.#progress;
    const first = p.told < 0 ? ((await this.#beforeFirst()) ?? (await this.#endEpoch())) : undefined;
    if (first) return first;
    while (p.epoch < epochs && p.changes.stopped === undefined) {
      const ending = (await this.#epoch()) ?? (await this.#endEpoch());
      if (ending) return ending;
    }
    const why = p.changes.stopped;
    return why === undefined ? { status: 'finished' } : { status: 'stopped', message: why };
  }
  /** What `train.before` asks for, where the scheme has the program. */
  async #beforeFirst(): Promise<Ending | undefined> {
    if (this.#before) return this.#stretch(this.#updates.before(this.#progress));
    if (this.#run.train.before) this.#given.logger.info(skipped(this.#run));
    return undefined;
  }
  async #epoch(): Promise<Ending | undefined> {
    const p = this.#progress;
    const ending = await this.#stretch(this.#updates.epoch(p));
    if (ending) return ending;
    p.epoch++;
    p.batch = 0;
    return undefined;
  }
  async #stretch(stretch: Stretch): Promise<Ending | undefined> {
    const { clock, signal } = this.#given;
    const saveAfter = this.#run.train.checkpointSeconds * 1000;
    const found = await work(stretch, {
      clock,
      signal,
      interval: this.#watch.interval,
      look: moment => this.#watch.check(moment),
      due: () => saveAfter > 0 && clock.now() - this.#saved > saveAfter,
      save: () => this.#save(),
    });
    if (found === 'aborted') return this.#interrupted();
    return found && diverged(found);
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
    const { circuit } = this.#model;
    const on = { circuit, programs: this.#programs, random: this.#run.random, updates: p.updates };
    for (const one of asked) carryOut(one, p.changes, on);
    if (this.#given.signal?.aborted && p.epoch < train.epochs) return this.#interrupted();
    const wanted = asked.some(a => a.command.do === 'checkpoint');
    const late = this.#given.clock.now() - this.#saved > train.checkpointSeconds * 1000;
    const worked = p.epoch > 0 || p.before.updates > 0;
    if (wanted || (worked && (train.checkpointSeconds === 0 || late))) await this.#save();
    await pause();
    return undefined;
  }
  #check(): Ending | undefined {
    const { updates, before } = this.#progress;
    // before the first update the output was never computed, and first weights were checked when they were read
    if (updates === 0 && before.updates === 0) return undefined;
    const found = this.#watch.check(this.#moment());
    return found && diverged(found);
  }
  #moment(): string {
    const { epoch, updates } = this.#progress;
    return `update ${updates}, epoch ${epoch}`;
  }
  #measure(): Promise<MetricRow[]> {
    return measure(this.#run, this.#progress, this.#evaluator, this.#probes);
  }
  /** Stores and tells rows, remembers the best; an ending where the loss is not finite. */
  async #keep(rows: readonly MetricRow[]): Promise<Ending | undefined> {
    const p = this.#progress;
    await this.#stored.append(rows);
    this.#tell.rows(rows);
    this.#countSeconds();
    const { seconds, trainSeconds, epoch, updates: update } = p;
    const date = this.#given.clock.date();
    await this.#stored.timing?.({ epoch, update, seconds, trainSeconds, date });
    const metrics = metricsOf(rows.filter(r => r.split !== undefined));
    keepBest(p, metrics, this.#run.task);
    const found = this.#watch.checkLoss(metrics, this.#moment());
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
        const testRows = await evaluated('test', p, this.#evaluator);
        await this.#stored.append(testRows);
        this.#tell.rows(testRows);
        final = metricsOf([...rows.filter(r => r.split !== undefined), ...testRows]);
      }
    }
    if (divergence) this.#tell.diverged(p, divergence);
    this.#countSeconds();
    const { rows } = this.#stored;
    const end = { status, message, final, rows };
    const summary = summaryOf(this.#run, this.#model, p, this.#cost, this.#settings, end);
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
