/** The plausibility audit of a scheme by name: its circuit for a small network is built and asked. */
import { assemble, audit, circuitStreams, type AuditRow } from '@apical/circuit';
import type { LayerSpec, Scheme } from '@apical/core';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/schemes';
import type { Parts } from './workshop.js';

const layers: readonly LayerSpec[] = [
  { shape: [4] },
  { shape: [5], activation: 'tanh' },
  { shape: [3], activation: 'tanh' },
  { shape: [2] },
];
/** Two hidden layers, so that feedback between hidden layers is there too. */
export function auditScheme({ catalogues }: Pick<Parts, 'catalogues'>, scheme: Scheme): AuditRow[] {
  const model = assemble(scheme, layers, {
    memory: catalogues.Backend.get('reference').open({ dtype: 'float64' }),
    batch: 2,
    streams: circuitStreams(createRandomSource(0), catalogues.Initialiser, ''),
    library: libraryOf(catalogues),
  });
  return audit(model, layers);
}
