/** Which class? One target value for the class, another for all others (one-hot: 1 and 0); the largest output answers. */
import { ApicalError, type PreparedSplit, type Task } from '@apical/core';
import { allHeads, lossOf } from './losses.js';
import { checked, inputsOption, perSplit, preparedInputs, room } from './prepare.js';

const options = {
  inputs: inputsOption,
  on: { doc: 'target of the output that stands for the class', value: 1 },
  off: { doc: 'target of all others', value: 0 },
};
const name = 'classification';

/** Number of the largest output; −1 where one is NaN. Of equal ones the first. */
function largest(outputs: ArrayLike<number>, from: number, width: number): number {
  let best = 0;
  for (let i = 0; i < width; i++) {
    const y = outputs[from + i]!;
    if (Number.isNaN(y)) return -1;
    if (y > outputs[from + best]!) best = i;
  }
  return best;
}
export const classification: Task = {
  name,
  doc: 'one-hot targets, the largest output is the answer; headline: error in %',
  options,
  prepare(data, given) {
    const read = checked(name, options, data, given);
    const head = given.head ?? 'softmax-cross-entropy';
    const loss = lossOf(name, head, allHeads);
    const [on, off] = [read.number('on'), read.number('off')];
    if (!(on > off))
      throw new ApicalError(
        'APICAL_OPTION',
        `task "${name}": on is ${on} and off is ${off}; on must be larger`,
      );
    if (head === 'softmax-cross-entropy' && (on !== 1 || off !== 0))
      throw new ApicalError(
        'APICAL_HEAD',
        `task "${name}": the head ${head} needs targets 1 and 0, found on: ${on}, off: ${off}; use a squared head`,
      );
    const labels = perSplit(split => {
      const { labels: found, inputs } = data.splits[split];
      if (!found && inputs.shape[0])
        throw new ApicalError(
          'APICAL_TASK',
          `task "${name}" needs classes; data set "${data.name}" has none in its ${split} split. For targets that are ` +
            'numbers use the task "regression", for neither "autoencoding"',
        );
      return Int32Array.from({ length: inputs.shape[0]! }, (_, k) => found!.get(k));
    });
    const all = Object.values(labels);
    const classes =
      data.classes?.length ?? 1 + all.reduce((m, l) => l.reduce((a, b) => Math.max(a, b), m), -1);
    const inputs = preparedInputs(data, given, read);
    const splits = perSplit((split): PreparedSplit => {
      const own = labels[split];
      const targets = room(given.dtype, own.length * classes).fill(off);
      own.forEach((label, k) => {
        if (label < 0 || label >= classes)
          throw new ApicalError(
            'APICAL_TASK',
            `data set "${data.name}", ${split} split: class ${label} of sample ${k} is not in 0 … ${classes - 1}`,
          );
        targets[k * classes + label] = on;
      });
      return { count: own.length, inputs: inputs[split], targets, labels: own };
    });
    return {
      inputShape: data.shape,
      outputShape: [classes],
      head,
      splits,
      metrics: {
        loss: { doc: `loss of the head ${head}, mean over samples`, unit: '1', better: 'lower' },
        error: { doc: 'samples whose largest output is not their class', unit: '%', better: 'lower' },
      },
      headline: 'error',
      evaluation(split) {
        const own = labels[split];
        let [seen, wrong, total] = [0, 0, 0];
        return {
          add(outputs, targets, count, first) {
            total += loss(outputs, targets, count, classes);
            for (let b = 0; b < count; b++)
              if (largest(outputs, b * classes, classes) !== own[first + b]) wrong++;
            seen += count;
          },
          result: () => (seen === 0 ? {} : { loss: total / seen, error: (100 * wrong) / seen }),
        };
      },
    };
  },
};
