/** One population: signals, parameters, activations. */
import { ApicalError, unknownName } from '@apical/core';
import type { Activation, Operand, Population } from '@apical/core';
import type { BuiltPopulation } from './built.js';
import type { Network } from './network.js';
import { checkReserved } from './parameters.js';
import { count, scopeOf } from './scope.js';

export function buildPopulation(network: Network, spec: Population): BuiltPopulation {
  const { name, model } = spec;
  if (!spec.shape.every(n => Number.isInteger(n) && n > 0))
    throw new ApicalError(
      'APICAL_SHAPE',
      `population "${name}" has shape [${spec.shape.join(', ')}]; whole numbers from 1 up are wanted`,
    );
  const units = count(spec.shape);
  const prepared = network.parameters.block(model, spec.parameters ?? {}, spec.choose ?? {}, name);
  checkReserved(`${model.name} (${name})`, Object.keys(model.signals), ['dt', 'batch']);
  const signals = network.signals(name, model.signals, units);
  startSignals(network, spec, signals);
  for (const k of Object.keys(prepared.scalars))
    if (Object.hasOwn(signals, k))
      throw new ApicalError('APICAL_CIRCUIT', `${model.name}: "${k}" is both a parameter and a signal`);
  network.persistent.keepScalars(name, prepared.scalars);
  const { dt, batch } = network.parameters.shared;
  return {
    name,
    role: spec.role ?? '',
    shape: spec.shape,
    units,
    depth: spec.depth,
    model,
    signals,
    ...prepared,
    functions: activationsOf(network, spec),
    scope: scopeOf({ dt: dt!, batch: batch!, ...prepared.scalars, ...signals }),
    sending: network.persistent.cell(`${name}/sending`, 1),
  };
}
function startSignals(network: Network, spec: Population, signals: Readonly<Record<string, Operand>>): void {
  for (const [name, values] of Object.entries(spec.initial ?? {})) {
    const data = Object.hasOwn(signals, name) ? signals[name]!.data : undefined;
    if (!data) throw unknownName(`signal of ${spec.name} to start from`, name, Object.keys(signals));
    if (values.length !== data.length && values.length * network.batch !== data.length)
      throw new ApicalError(
        'APICAL_SHAPE',
        `${spec.name}.${name} starts from ${values.length} numbers; it has ${data.length}`,
      );
    for (let at = 0; at < data.length; at += values.length) data.set(values, at);
  }
}
function activationsOf(network: Network, spec: Population): Record<string, Activation> {
  const slots = spec.model.functions ?? {};
  for (const slot of Object.keys(spec.functions ?? {}))
    if (!Object.hasOwn(slots, slot))
      throw unknownName(`activation slot of ${spec.model.name} (${spec.name})`, slot, Object.keys(slots));
  const out: Record<string, Activation> = {};
  for (const [slot, fallback] of Object.entries(slots)) {
    const given = spec.functions?.[slot] ?? fallback;
    out[slot] = typeof given === 'string' ? network.options.library.activations.get(given) : given;
  }
  return out;
}
