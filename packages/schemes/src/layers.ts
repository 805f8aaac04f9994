/** Layers of a network: input and output as the task has them, hidden layers as the config says. */
import { ApicalError } from '@apical/core';
import type { LayerSpec, NetworkConfig, PreparedTask } from '@apical/core';
import { named, type Locate, type RunCatalogues } from './catalogues.js';

/** The output layer states no activation: its head does. */
export function layersOf(
  network: Pick<NetworkConfig, 'hidden' | 'activation'>,
  task: Pick<PreparedTask, 'inputShape' | 'outputShape'>,
  catalogues: Pick<RunCatalogues, 'Activation'>,
  locate: Locate = () => undefined,
  /** Where the activation is said. */
  path = 'network.activation',
): LayerSpec[] {
  const { hidden, activation } = network;
  const names = typeof activation === 'string' ? hidden.map(() => activation) : activation;
  if (names.length !== hidden.length)
    throw new ApicalError(
      'APICAL_SHAPE',
      `${path} lists ${names.length} names for ${hidden.length} hidden layers; give one each, or one for all`,
      { at: locate(path) },
    );
  const layers = hidden.map((units, k): LayerSpec => {
    if (!Number.isInteger(units) || units < 1)
      throw new ApicalError(
        'APICAL_SHAPE',
        `network.hidden: layer ${k + 1} has ${units} units; give a whole number from 1`,
        { at: locate(`network.hidden.${k}`) ?? locate('network.hidden') },
      );
    const place = locate(`${path}.${k}`) ?? locate(path);
    named(catalogues, 'Activation', names[k]!, place);
    return { shape: [units], activation: names[k]! };
  });
  return [{ shape: task.inputShape }, ...layers, { shape: task.outputShape }];
}
