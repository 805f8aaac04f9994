/** Does a scheme bear the activations and the head of a network? What does not fit is refused before anything is computed. */
import { ApicalError, unknownName } from '@apical/core';
import type { LayerSpec, Scheme } from '@apical/core';
import type { Locate } from './catalogues.js';

/**
 * The filled scheme with `head` in use. `layers` are those of the network, the hidden ones between the first and the last. Throws
 * `ApicalError` that ends with the line to add under `schemes.<label>`.
 */
export function bear(
  scheme: Scheme,
  layers: readonly LayerSpec[],
  head: string,
  {
    label = scheme.name,
    locate = () => undefined,
  }: { readonly label?: string; readonly locate?: Locate } = {},
): Scheme {
  const { name, activations, heads } = scheme;
  const asked = layers
    .slice(1, -1)
    .flatMap(({ activation: a }) => (typeof a === 'string' ? a : (a?.name ?? [])));
  const wrong = activations && asked.find(a => !activations.includes(a));
  const headFits = Object.hasOwn(heads, head);
  if (wrong === undefined && headFits) return { ...scheme, head };
  const error =
    wrong === undefined
      ? unknownName(`head of scheme ${name}`, head, Object.keys(heads))
      : new ApicalError(
          'APICAL_ACTIVATION',
          `scheme ${name} cannot bear hidden layers that are ${wrong}; it can bear ${activations!.join(', ')}`,
        );
  const lines = [
    ...(wrong === undefined ? [] : [`activation: ${activations![0]}`]),
    ...(headFits ? [] : [`head: ${Object.keys(heads)[0]}`]),
  ];
  const key = wrong === undefined ? 'head' : 'activation';
  const path = `schemes.${label}`;
  throw new ApicalError(error.code, `${error.message}; add "${path}: { ${lines.join(', ')} }"`, {
    at: locate(`${path}.${key}`) ?? locate(`network.${key}`) ?? locate(path),
  });
}
