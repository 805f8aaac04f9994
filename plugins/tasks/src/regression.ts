/** Which values? Targets as the data set has them. */
import { ApicalError, type PreparedSplit, type Task } from '@apical/core';
import { lossOf, squaredHeads } from './losses.js';
import {
  checked,
  inputsOption,
  perSplit,
  preparedInputs,
  product,
  rescaled,
  room,
  rowMajor,
  scalings,
} from './prepare.js';

const options = {
  inputs: inputsOption,
  targets: {
    doc: 'like inputs, for each target; metrics are then in units of the rescaled targets',
    value: 'as-is',
    allowed: scalings,
  },
};
const name = 'regression';

export const regression: Task = {
  name,
  doc: 'targets are the values the data set gives; headline: loss, Σ ½ (y − t)² a sample',
  options,
  prepare(data, given) {
    const read = checked(name, options, data, given);
    const head = given.head ?? 'linear-squared';
    const loss = lossOf(name, head, squaredHeads);
    const trainTargets = data.splits.train.targets;
    if (!trainTargets)
      throw new ApicalError(
        'APICAL_TASK',
        `task "${name}" needs target values; data set "${data.name}" has none` +
          (data.splits.train.labels
            ? ', but it has classes: use the task "classification"'
            : ': try "autoencoding"'),
      );
    const shape = trainTargets.shape.slice(1);
    const outputShape = shape.length ? shape : [1];
    const width = product(outputShape);
    const inputs = preparedInputs(data, given, read);
    const raw = perSplit(split => {
      const { targets, inputs: samples } = data.splits[split];
      if (samples.shape[0] === 0) return room(given.dtype, 0);
      if (targets && targets.shape[0] === samples.shape[0] && targets.size === samples.shape[0]! * width)
        return rowMajor(targets, given.dtype);
      throw new ApicalError(
        'APICAL_TASK',
        `data set "${data.name}", ${split} split: targets of shape ${targets?.shape.join(' × ') ?? '(none)'}; expected ` +
          [samples.shape[0]!, ...shape].join(' × '),
      );
    });
    const targets = rescaled(raw, width, read.text('targets') as (typeof scalings)[number], given.dtype);
    const splits = perSplit((split): PreparedSplit => ({
      count: data.splits[split].inputs.shape[0]!,
      inputs: inputs[split],
      targets: targets[split],
    }));
    return {
      inputShape: data.shape,
      outputShape,
      head,
      splits,
      metrics: {
        loss: {
          doc: `loss of the head ${head}, Σ ½ (y − t)², mean over samples`,
          unit: '1',
          better: 'lower',
        },
        mse: { doc: 'mean of (y − t)² over samples and outputs', unit: '1', better: 'lower' },
        rmse: { doc: 'root of the mean of (y − t)² over samples and outputs', unit: '1', better: 'lower' },
        r2: {
          doc:
            '1 − Σ (y − t)² / Σ (t − mean of t over the split)², over all outputs together; where targets do not vary, ' +
            '1 if they are met exactly, else 0',
          unit: '1',
          better: 'higher',
        },
      },
      headline: 'loss',
      evaluation(split) {
        const own = splits[split];
        const mean = new Float64Array(width);
        for (let k = 0; k < own.targets.length; k++) mean[k % width]! += own.targets[k]! / own.count;
        let [seen, total, squares, spread] = [0, 0, 0, 0];
        return {
          add(outputs, wanted, count) {
            total += loss(outputs, wanted, count, width);
            for (let k = 0; k < count * width; k++) {
              squares += (outputs[k]! - wanted[k]!) ** 2;
              spread += (wanted[k]! - mean[k % width]!) ** 2;
            }
            seen += count;
          },
          result() {
            if (seen === 0) return {};
            const constant = squares === 0 ? 1 : Number.isNaN(squares) ? NaN : 0;
            return {
              loss: total / seen,
              mse: squares / (seen * width),
              rmse: Math.sqrt(squares / (seen * width)),
              r2: spread > 0 ? 1 - squares / spread : constant,
            };
          },
        };
      },
    };
  },
};
