/** Give back the input: targets are the inputs themselves, after rescaling. */
import { ApicalError, type PreparedSplit, type Task } from '@apical/core';
import { lossOf, squaredHeads } from './losses.js';
import { checked, inputsOption, perSplit, preparedInputs, product } from './prepare.js';

const options = { inputs: inputsOption };
const name = 'autoencoding';

export const autoencoding: Task = {
  name,
  doc: 'targets are the inputs; headline: mse, the mean of (y − t)² over samples and inputs',
  options,
  prepare(data, given) {
    const read = checked(name, options, data, given);
    const head = given.head ?? 'linear-squared';
    const loss = lossOf(name, head, squaredHeads);
    const width = product(data.shape);
    const inputs = preparedInputs(data, given, read);
    if (head === 'sigmoid-squared')
      for (const values of Object.values(inputs)) {
        const outside = values.findIndex(x => x < 0 || x > 1);
        if (outside >= 0)
          throw new ApicalError(
            'APICAL_HEAD',
            `task "${name}": the head sigmoid-squared gives values in (0, 1), but an input of data set "${data.name}" is ` +
              `${values[outside]!}; use the head linear-squared, or inputs: as-is with data in [0, 1]`,
          );
      }
    const splits = perSplit((split): PreparedSplit => {
      const { labels, inputs: samples } = data.splits[split];
      const count = samples.shape[0]!;
      return {
        count,
        inputs: inputs[split],
        targets: inputs[split],
        // nothing is asked about classes; who looks at the code wants to know them
        ...(labels ? { labels: Int32Array.from({ length: count }, (_, k) => labels.get(k)) } : {}),
      };
    });
    return {
      inputShape: data.shape,
      outputShape: [width],
      head,
      splits,
      metrics: {
        loss: {
          doc: `loss of the head ${head}, Σ ½ (y − t)², mean over samples`,
          unit: '1',
          better: 'lower',
        },
        mse: { doc: 'mean of (y − t)² over samples and inputs', unit: '1', better: 'lower' },
      },
      headline: 'mse',
      evaluation() {
        let [seen, total, squares] = [0, 0, 0];
        return {
          add(outputs, targets, count) {
            total += loss(outputs, targets, count, width);
            for (let k = 0; k < count * width; k++) squares += (outputs[k]! - targets[k]!) ** 2;
            seen += count;
          },
          result: () => (seen === 0 ? {} : { loss: total / seen, mse: squares / (seen * width) }),
        };
      },
    };
  },
};
