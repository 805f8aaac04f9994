/**
 * In which order samples are shown: permutation after permutation of the data, what is left of each after its last full
 * batch is dropped. Epochs only count updates: one that ends inside a permutation lets the next go on in it.
 */
import { ApicalError } from '@apical/core';
import type { RandomSource, TrainConfig } from '@apical/core';

/** The stream that decides the order of pass 1, 2, … over the data: independent of all passes before. */
export const orderStream = (pass: number): string => `data/order/${pass}`;
const streamBefore = 'data/order/before';

/** Shows batch 0, 1, …; any may be the first that is asked for. */
export type ShowBatch = (k: number) => void;
export interface Samples {
  /** Samples of the data that are trained on, of which a permutation is one pass. */
  readonly samples: number;
  readonly batch: number;
}
/** `present` copies the samples that stand from `from` on in an order. */
export type Present = (order: Int32Array, from: number) => void;

/** Batches of epochs, counted through all of them. */
export const epochBatches = (random: RandomSource, of: Samples, present: Present): ShowBatch =>
  batches(of, present, pass => random.stream(orderStream(pass + 1)).permutation(of.samples));

/** Batches before the first epoch, all from one stream that nothing else draws from. */
export function batchesBefore(random: RandomSource, of: Samples, present: Present): ShowBatch {
  const stream = random.stream(streamBefore);
  let drawn = 0;
  return batches(of, present, pass => {
    for (; drawn < pass; drawn++) stream.permutation(of.samples);
    drawn++;
    return stream.permutation(of.samples);
  });
}
function batches({ samples, batch }: Samples, present: Present, permutation: (pass: number) => Int32Array) {
  const perPass = Math.floor(samples / batch);
  let pass = -1;
  let order: Int32Array = new Int32Array(0);
  return (k: number): void => {
    const now = Math.floor(k / perPass);
    if (now !== pass) {
      order = permutation(now);
      pass = now;
    }
    present(order, (k - now * perPass) * batch);
  };
}
/** Numbers of the samples in the order in which epoch 1, 2, … shows them. */
export function samplesIn(
  epoch: number,
  of: { readonly random: RandomSource; readonly samples: number; readonly updatesPerEpoch: number },
  batch: number,
): Int32Array {
  const { random, samples, updatesPerEpoch } = of;
  const shown = new Int32Array(updatesPerEpoch * batch);
  const first = (epoch - 1) * updatesPerEpoch;
  let at = 0;
  const show = epochBatches(random, { samples, batch }, (order, from) => {
    shown.set(order.subarray(from, from + batch), at);
    at += batch;
  });
  for (let k = 0; k < updatesPerEpoch; k++) show(first + k);
  return shown;
}
/** Passes over the data that the first `epochs` epochs go through. */
export function passesIn(epochs: number, updatesPerEpoch: number, { samples, batch }: Samples): number {
  const perPass = Math.max(1, Math.floor(samples / batch));
  return Math.max(1, Math.ceil((epochs * updatesPerEpoch) / perPass));
}
/** Samples of a pass, and updates of an epoch. Throws `APICAL_BATCH` where they are no whole number of batches. */
export function samplesOf(
  train: Pick<TrainConfig, 'batch' | 'limit' | 'epochs' | 'epochSamples' | 'before'>,
  count: number,
  locate: (key: 'batch' | 'epochSamples') => string | undefined,
): { readonly samples: number; readonly updatesPerEpoch: number } {
  const { batch, limit, epochs, epochSamples, before } = train;
  const samples = Math.min(limit ?? count, count);
  const wrong = (key: 'batch' | 'epochSamples', message: string): ApicalError =>
    new ApicalError('APICAL_BATCH', `train.${key} is ${message}`, { at: locate(key) });
  if (samples < batch && (epochs > 0 || before))
    throw wrong(
      'batch',
      `${batch}, but there are ${samples} training samples: no batch is full; give at most ${samples}`,
    );
  if (epochSamples === undefined) return { samples, updatesPerEpoch: Math.floor(samples / batch) };
  const updatesPerEpoch = epochSamples / batch;
  if (Number.isInteger(updatesPerEpoch) && updatesPerEpoch > 0) return { samples, updatesPerEpoch };
  const below = Math.floor(updatesPerEpoch) * batch;
  const near = below > 0 ? `${below} or ${below + batch}` : `at least ${batch}`;
  throw wrong('epochSamples', `${epochSamples}, no whole number of batches of ${batch}; give ${near}`);
}
