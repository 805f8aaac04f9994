/** One Python file that repeats a run from exported arrays, needs numpy alone, and says how far it ends from the run. */
import type { BuiltModel } from '@apical/circuit';
import { ProgramWriter } from './program.js';

export interface ScriptOptions {
  /** Name of the file beside it. */
  readonly arrays: string;
  /** `demo, bp, seed 0, run hash 6f60…` */
  readonly title: string;
  readonly batch: number;
  /** How often the training program runs on a batch. */
  readonly steps: number;
  /** Name of that program. */
  readonly program: string;
  readonly dtype: 'float32' | 'float64';
}
/** Throws `APICAL_EXPORT` naming what the script cannot say. */
export function numpyScript(model: BuiltModel, options: ScriptOptions): string {
  const { circuit, programs } = model;
  const writer = new ProgramWriter(model);
  const { network } = circuit;
  const body = (name: string): string[] => writer.program(programs[name] ?? []);
  const [start, begin, train] = [body('start'), body('begin'), body(options.program)];
  const weights = circuit.weightNames();
  const variable = (name: string): string => writer.names.of(circuit.lent(name)!);
  const states = [...network.populations.values()].flatMap(p =>
    Object.entries(p.model.signals).flatMap(([name, { role, init = 0 }]) =>
      role === 'state' ? [[p.signals[name]!, init] as const] : [],
    ),
  );
  const input = writer.names.of(circuit.signal(model.input));
  const target = writer.names.of(circuit.signal(model.target));
  const inside = (lines: readonly string[], by: number): string =>
    lines.map(line => `${' '.repeat(by)}${line}\n`).join('');
  return `"""${options.title}

Repeats the run from its first weights, its data and the order of its samples, with numpy alone, and prints how far its last
weights are from those of the run. Signals are [batch, units], weights [post, pre].

    python ${options.arrays.replace(/\.npz$/, '.py')}
"""
import sys
from pathlib import Path

import numpy as np

data = np.load(Path(__file__).with_name(${JSON.stringify(options.arrays)}))
batch, dtype = ${options.batch}, np.${options.dtype}
inputs, targets = data["train/inputs"].astype(dtype), data["train/targets"].astype(dtype)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


${weights.map(name => `${variable(name)} = data[${JSON.stringify(`first/${name}`)}].astype(dtype)\n`).join('')}${[
    ...writer.optimiserState,
  ]
    .map(([name, init]) => `${name} = ${init}\n`)
    .join('')}${states
    .map(([s, init]) => `${writer.names.of(s.data)} = np.full((batch, ${s.units}), ${init}, dtype)\n`)
    .join('')}
for epoch, order in enumerate(data["order"]):
    for first in range(0, len(order), batch):
        samples = order[first:first + batch]
        ${input}, ${target} = inputs[samples], targets[samples]
${start.length ? `        if epoch == 0 and first == 0:\n${inside(start, 12)}` : ''}${inside(begin, 8)}${
    options.steps === 1 ? inside(train, 8) : `        for _ in range(${options.steps}):\n${inside(train, 12)}`
  }
worst = 0
for name, found in {${weights.map(name => `${JSON.stringify(name)}: ${variable(name)}`).join(', ')}}.items():
    wanted = data["final/" + name]
    off = np.abs(found - wanted).max() / max(1, np.abs(wanted).max())
    worst = max(worst, off)
    print(f"{name:12} {off:.2e}")
print(f"largest difference of a weight, relative to the largest of its array: {worst:.2e}")
allowed = float(sys.argv[1]) if len(sys.argv) > 1 else ${options.dtype === 'float64' ? '1e-9' : '1e-3'}
sys.exit(0 if worst <= allowed else 1)
`;
}
