/** What a repeat watches until it has settled, what it holds of samples that did, and what it tells. */
import { ApicalError } from '@apical/core';
import type { FloatArray, Operand, Operation, Until, UntilSettled } from '@apical/core';
import { changes } from '@apical/kernels';
import type { Network } from './network.js';

/** `written`: states that the stages write; `name`: under which passes are told; `within`: a cell. */
export function untilOf(
  network: Network,
  { settled, perSample = false }: UntilSettled,
  name: string,
  body: readonly Operation[],
  written: Iterable<FloatArray>,
  within: Float64Array,
): Until {
  const { memory, batch } = network;
  const watched =
    settled?.map(ref => network.operand(ref)) ??
    [...written].map(data => network.operand(network.states.get(data)!));
  if (watched.length === 0)
    throw new ApicalError(
      'APICAL_CIRCUIT',
      'repeat until: its stages write no state, so there is nothing to watch; name signals in "settled"',
    );
  if (perSample) checkApart(network, name, body, watched);
  const samples = perSample ? batch : 1;
  const held = perSample ? heldOf(network, body) : [];
  const copies = (arrays: readonly FloatArray[]): FloatArray[] => arrays.map(a => memory.allocate(a.length));
  const told = (what: string): FloatArray => {
    const full = `${name}.${what}`;
    const data = perSample
      ? network.persistent.counters(`until/${name}/samples/${what}`, batch)
      : network.persistent.counter(`until/${name}/${what}`);
    network.told.set(full, { name: full, extent: perSample ? 'sample' : 'scalar', data, units: 1 });
    return data;
  };
  const arrays = watched.map(w => w.data);
  return {
    ...{ watched: arrays, before: copies(arrays), within, samples, held, kept: copies(held) },
    ...{ passes: told('passes'), settled: told('settled') },
    made: network.persistent.counter(`until/${name}/made`),
    of: network.persistent.counter(`until/${name}/of`),
  };
}
/** Whatever the body changes of samples: signals, traces, fast synapses and what belongs to these. */
function heldOf(network: Network, body: readonly Operation[]): FloatArray[] {
  const fast = [...network.projections.values()].filter(p => p.bundle.perSample);
  const ofFast = [...network.persistent.all()].flatMap(([name, a]) => {
    const owns = fast.some(
      p =>
        a.length === p.bundle.weights.length &&
        (name.startsWith(`${p.name}/`) || name.startsWith(`${p.name}.`)),
    );
    return owns && !(a instanceof Int32Array) ? [a] : [];
  });
  return [...new Set([...network.bySample, ...ofFast])].filter(a => body.some(o => changes(o, a)));
}
/** A sample that settles for itself must not hear from the others. */
function checkApart(
  network: Network,
  name: string,
  body: readonly Operation[],
  watched: readonly Operand[],
): void {
  const refuse = (why: string): never => {
    throw new ApicalError(
      'APICAL_CIRCUIT',
      `repeat until per sample (${name}): ${why}, which all samples share`,
    );
  };
  const is = (data: FloatArray): boolean => body.some(o => changes(o, data));
  for (const w of watched) if (!network.bySample.has(w.data)) refuse(`it watches ${w.name}`);
  for (const [data, state] of network.states)
    if (!network.bySample.has(data) && is(data)) refuse(`its stages change ${state}`);
  for (const { name: weights, bundle, bias } of network.projections.values()) {
    if (!bundle.perSample && bundle.weights.length && is(bundle.weights))
      refuse(`its stages change ${weights}`);
    if (bias && is(bias)) refuse(`its stages change ${weights}/bias`);
  }
}
