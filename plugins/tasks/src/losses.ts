/** The loss of each head, summed over samples: squared Σ ½ (y − t)², cross-entropy −Σ t log y. */
import { type FloatArray, type HeadName, unknownName } from '@apical/core';

/** Sum over `count` samples of `width` outputs. */
export type Loss = (outputs: FloatArray, targets: FloatArray, count: number, width: number) => number;

const squared: Loss = (outputs, targets, count, width) => {
  let sum = 0;
  for (let k = 0; k < count * width; k++) sum += 0.5 * (outputs[k]! - targets[k]!) ** 2;
  return sum;
};
/** y = 0 counts as the smallest positive number of its precision, so that the loss stays finite; NaN stays NaN. */
const crossEntropy: Loss = (outputs, targets, count, width) => {
  const least = outputs instanceof Float32Array ? 2 ** -149 : Number.MIN_VALUE;
  let sum = 0;
  for (let k = 0; k < count * width; k++) {
    const y = outputs[k]!;
    const t = targets[k]!;
    // A target of 0 takes no part, but a diverged output must show.
    if (t !== 0) sum -= t * Math.log(y < least ? least : y);
    else if (Number.isNaN(y)) sum = NaN;
  }
  return sum;
};
const losses: Readonly<Record<HeadName, Loss>> = {
  'linear-squared': squared,
  'sigmoid-squared': squared,
  'softmax-cross-entropy': crossEntropy,
};
export const squaredHeads: readonly HeadName[] = ['linear-squared', 'sigmoid-squared'];
export const allHeads: readonly HeadName[] = Object.keys(losses);

/** Throws `APICAL_HEAD` where the task has no use for this head. */
export function lossOf(task: string, head: HeadName, heads: readonly HeadName[]): Loss {
  const loss = heads.includes(head) ? losses[head] : undefined;
  if (!loss) throw unknownName(`head of task "${task}"`, head, heads, { code: 'APICAL_HEAD' });
  return loss;
}
