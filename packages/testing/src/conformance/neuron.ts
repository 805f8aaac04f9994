/** What every neuron model must do, alone in a circuit, whatever its equations say. */
import type { Backend, NeuronModel, Phase } from '@apical/core';
import { Circuit, circuitStreams } from '@apical/circuit';
import { createRandomSource } from '@apical/numerics';
import { close, ensure, type Check } from './check.js';
import { checkForm, eachChoice } from './form.js';
import type { SchemeBench } from './scheme.js';

export interface NeuronBench extends Pick<SchemeBench, 'library'> {
  readonly backend: Backend;
  /** Phases of one step, in the order in which a scheme runs them; default: as the model lists them. */
  readonly order?: readonly Phase[];
  /** ms; default 0.1 */
  readonly dt?: number;
}
const units = 4;
const batch = 3;
/** A circuit of one population after three steps, inputs and stimuli standing still. */
function stepped(
  model: NeuronModel,
  choose: Readonly<Record<string, string>>,
  { library, backend, order = Object.keys(model.phases), dt = 0.1 }: NeuronBench,
  samples: readonly number[],
): Circuit {
  const circuit = new Circuit({
    memory: backend.open({ dtype: 'float64' }),
    batch: samples.length,
    dt,
    library,
    streams: circuitStreams(createRandomSource(7), library.initialisers),
  });
  circuit.population({ name: 'p', shape: [units], depth: 0, model, choose });
  circuit.build();
  const stream = createRandomSource(8).stream('conformance');
  for (const [name, { role, per = 'neuron' }] of Object.entries(model.signals)) {
    if ((role !== 'input' && role !== 'stimulus') || per === 'population') continue;
    const n = per === 'neuron' ? units : 1;
    const all = Float64Array.from({ length: batch * n }, () => stream.uniform());
    samples.forEach((b, k) => circuit.signal(`p.${name}`).set(all.subarray(b * n, (b + 1) * n), k * n));
  }
  const step = circuit.compile(order.map(phase => ({ phase })));
  for (let k = 0; k < 3; k++) step();
  return circuit;
}
/** Phases compile under every choice, numbers stay finite, equal streams give equal bits, samples are apart. */
export function neuronConformance(model: NeuronModel, bench: NeuronBench): Check[] {
  const names = Object.keys(model.signals);
  const hasNoise = Object.values(model.signals).some(s => s.role === 'noise');
  const all = [0, 1, 2];
  return [
    {
      name: `${model.name}: is data, with docs and units`,
      run: () => checkForm(model, model.signals),
    },
    ...eachChoice(model).map(choose => ({
      name: `${model.name}: three steps with ${JSON.stringify(choose)} are finite and repeat bit for bit`,
      run() {
        const [a, b] = [stepped(model, choose, bench, all), stepped(model, choose, bench, all)];
        for (const name of names) {
          const values = a.signal(`p.${name}`);
          ensure(values.every(Number.isFinite), () => `${name} is not finite: ${values.join(', ')}`);
          close(name, b.signal(`p.${name}`), values, 0);
        }
      },
    })),
    ...(hasNoise
      ? []
      : [
          {
            name: `${model.name}: a sample alone does what it does in a batch`,
            run() {
              const many = stepped(model, {}, bench, all);
              for (const b of all) {
                const one = stepped(model, {}, bench, [b]);
                for (const [name, { per = 'neuron' }] of Object.entries(model.signals)) {
                  if (per === 'population') continue;
                  const n = per === 'neuron' ? units : 1;
                  const row = many.signal(`p.${name}`).subarray(b * n, (b + 1) * n);
                  // the same operations in the same order
                  close(`${name} of sample ${b}`, one.signal(`p.${name}`), row, 0);
                }
              }
            },
          },
        ]),
  ];
}
