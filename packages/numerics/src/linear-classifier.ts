/**
 * A linear support vector machine, one class against all others, by stochastic gradient descent: for each class
 * min ½ alpha |w|² + mean max(0, 1 − y (w·x + b)), where the intercept b is not penalised. Inputs are standardised with the
 * statistics of the training samples. Step sizes 1 / (alpha (t₀ + t)) with Bottou's choice of t₀.
 */
import { ApicalError, type RandomStream } from '@apical/core';

type Numbers = ArrayLike<number>;
export interface LinearClassifierOptions {
  /** Strength of the penalty. */
  readonly alpha?: number;
  readonly mostEpochs?: number;
  /** A class is learned when its mean loss did not fall by this for `patience` epochs. */
  readonly tolerance?: number;
  readonly patience?: number;
}
export interface LinearClassifier {
  /** `[classes, width]`, on standardised inputs. */
  readonly weights: Float64Array;
  readonly intercepts: Float64Array;
  /** Epochs each class took. */
  readonly epochs: Int32Array;
  /** Class with the largest score of every sample `[count, width]`. */
  predict(samples: Numbers): Int32Array;
  /** Share of samples whose prediction is their label. */
  accuracy(samples: Numbers, labels: Numbers): number;
}
/** Mean and standard deviation (divisor n; 1 where a column never varies) of each column. */
function columns(samples: Numbers, width: number): { mean: Float64Array; scale: Float64Array } {
  const count = samples.length / width;
  const mean = new Float64Array(width);
  const scale = new Float64Array(width);
  for (let i = 0; i < samples.length; i++) mean[i % width]! += samples[i]! / count;
  for (let i = 0; i < samples.length; i++) scale[i % width]! += (samples[i]! - mean[i % width]!) ** 2 / count;
  for (let j = 0; j < width; j++) scale[j] = scale[j]! > 1e-28 * mean[j]! ** 2 ? Math.sqrt(scale[j]!) : 1;
  return { mean, scale };
}
/** Step number at which the schedule begins: steps no larger than weights of typical size for this penalty. */
const firstStep = (alpha: number): number => 1 / (Math.sqrt(1 / Math.sqrt(alpha)) * alpha);

/**
 * `samples` `[count, width]`, `labels` from 0 to `classes` − 1. `stream` shuffles: equal streams give equal classifiers.
 * Throws `APICAL_CLASSIFIER` where shapes do not fit or a number is not finite.
 */
export function fitLinearClassifier(
  samples: Numbers,
  labels: Numbers,
  classes: number,
  stream: RandomStream,
  options: LinearClassifierOptions = {},
): LinearClassifier {
  const { alpha = 1e-4, mostEpochs = 1000, tolerance = 1e-3, patience = 5 } = options;
  const count = labels.length;
  const width = samples.length / count;
  if (!(count > 0) || !Number.isInteger(width) || width < 1)
    throw new ApicalError(
      'APICAL_CLASSIFIER',
      `linear classifier: ${samples.length} numbers for ${count} labels; give the same whole number for every sample`,
    );
  for (let i = 0; i < samples.length; i++)
    if (!Number.isFinite(samples[i]!))
      throw new ApicalError(
        'APICAL_CLASSIFIER',
        `linear classifier: number ${i % width} of sample ${Math.floor(i / width)} is ${samples[i]!}; all must be finite`,
      );
  const { mean, scale } = columns(samples, width);
  const x = Float64Array.from(samples, (v, i) => (v - mean[i % width]!) / scale[i % width]!);
  const weights = new Float64Array(classes * width);
  const intercepts = new Float64Array(classes);
  const epochs = new Int32Array(classes);
  for (let c = 0; c < classes; c++) {
    const w = weights.subarray(c * width, (c + 1) * width);
    let [b, t, best, idle] = [0, firstStep(alpha), Infinity, 0];
    while (epochs[c]! < mostEpochs && idle < patience) {
      let sum = 0;
      for (const k of stream.permutation(count)) {
        const y = labels[k] === c ? 1 : -1;
        let p = b;
        for (let j = 0; j < width; j++) p += w[j]! * x[k * width + j]!;
        const eta = 1 / (alpha * t++);
        const shrink = Math.max(0, 1 - eta * alpha);
        const inside = p * y <= 1;
        if (inside) sum += 1 - p * y;
        for (let j = 0; j < width; j++) w[j] = w[j]! * shrink + (inside ? eta * y * x[k * width + j]! : 0);
        if (inside) b += eta * y;
      }
      epochs[c]!++;
      idle = sum > best - tolerance * count ? idle + 1 : 0;
      best = Math.min(best, sum);
    }
    intercepts[c] = b;
  }
  const predict = (points: Numbers): Int32Array => {
    const out = new Int32Array(points.length / width);
    for (let k = 0; k < out.length; k++) {
      let largest = -Infinity;
      for (let c = 0; c < classes; c++) {
        let score = intercepts[c]!;
        for (let j = 0; j < width; j++)
          score += (weights[c * width + j]! * (points[k * width + j]! - mean[j]!)) / scale[j]!;
        if (score > largest) [largest, out[k]] = [score, c];
      }
    }
    return out;
  };
  return {
    weights,
    intercepts,
    epochs,
    predict,
    accuracy: (points, truth) =>
      predict(points).reduce((n, c, k) => n + (c === truth[k] ? 1 : 0), 0) / truth.length,
  };
}
