/** Equations that only look: over everything a population has, in a scope that nothing of the model sees. */
import { ApicalError, unknownName } from '@apical/core';
import type { Operand, Operation, Phase, Recording } from '@apical/core';
import { parseBlock } from '@apical/equations';
import type { BlockCompiler } from './block.js';
import { languageOf, type BuiltRecording } from './built.js';
import type { Network } from './network.js';
import { checkReserved } from './parameters.js';
import { PersistentArrays } from './persistent-arrays.js';
import { scopeOf, within } from './scope.js';
import { unitsOfPopulation } from './units.js';

/** Throws where its names are taken, or its signals are more than states and derived ones. */
export function buildRecording(network: Network, recording: Recording): BuiltRecording {
  const population = network.population(recording.population);
  const { signals, parameters = {} } = recording;
  const where = `records of ${population.name}`;
  const names = [...Object.keys(signals), ...Object.keys(parameters)];
  const earlier = network.recordings.filter(r => r.population === population).flatMap(r => r.scope.names());
  checkReserved(where, names, [...population.scope.names(), ...earlier]);
  for (const [name, { role }] of Object.entries(signals)) {
    if (Object.hasOwn(parameters, name))
      throw new ApicalError('APICAL_CIRCUIT', `${where}: "${name}" is both a parameter and a signal`);
    if (role !== 'state' && role !== 'derived')
      throw new ApicalError(
        'APICAL_CIRCUIT',
        `${where}: "${name}" is ${role}; what only looks has states and derived signals`,
      );
  }
  const scalars: Record<string, Operand> = {};
  for (const [name, value] of Object.entries(parameters)) {
    const scope = within(scopeOf(scalars), population.scope);
    scalars[name] = { ...network.parameters.scalar(value, scope, `${where}, ${name}`), name };
  }
  const own = new PersistentArrays(network.memory);
  const operands = network.signals(population.name, signals, population.units, own);
  return { recording, population, signals: operands, scope: scopeOf({ ...scalars, ...operands }) };
}
/** After the population's own equations of the phase. */
export function record(blocks: BlockCompiler, phase: Phase, r: BuiltRecording): Operation[] {
  const text = r.recording.phases[phase];
  if (text === undefined) return [];
  const { population } = r;
  const where = `records of ${population.name}/${phase}`;
  const language = languageOf(population, population.choices, where, 'records', `phases.${phase}`);
  const statements = parseBlock(text, language);
  for (const { target, line } of statements)
    if (population.scope.find(target))
      throw new ApicalError(
        'APICAL_CIRCUIT',
        `${where} assigns "${target}" of the model, which it can only read: ${line.trim()}`,
      );
  const unitOf = unitsOfPopulation(population);
  const { signals } = r.recording;
  return [
    blocks.block(statements, within(r.scope, population.scope), population.units, language, name =>
      Object.hasOwn(signals, name) ? signals[name]!.unit : unitOf(name),
    ),
  ];
}
/** A phase that no program can run would record nothing without a word. */
export function checkPhases(recordings: readonly BuiltRecording[], known: ReadonlySet<Phase>): void {
  for (const { population, recording } of recordings)
    for (const phase of Object.keys(recording.phases))
      if (!known.has(phase)) throw unknownName(`phase of records of ${population.name}`, phase, [...known]);
}
