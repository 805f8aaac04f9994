/**
 * Steps of Phaseless Alignment Learning, in steps a second.
 *   node --conditions=@apical/source --import tsx benches/pal.ts
 * The best of nine rounds, in processor time, float64: other work on the machine lowers it less than the clock's.
 */
import type { LayerSpec, Scheme, SchemeOptions } from '@apical/core';
import { assemble, circuitStreams } from '@apical/circuit';
import { reference, wasm } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/testing';
import standard from '@apical/plugin-standard';
import pal, { latentEquilibrium, microcircuit } from '@apical/plugin-pal';
import { cpuSeconds } from './parts.js';

const library = libraryOf(standard, pal);
function best(step: () => void, seconds = 0.2): number {
  let most = 0;
  for (let round = 0; round < 9; round++) {
    const start = cpuSeconds();
    let calls = 0;
    while (cpuSeconds() - start < seconds) {
      for (let k = 0; k < 8; k++) step();
      calls += 8;
    }
    most = Math.max(most, calls / (cpuSeconds() - start));
  }
  return most;
}
function line(
  name: string,
  scheme: Scheme,
  sizes: readonly number[],
  options: SchemeOptions,
  program: string,
  batch = 1,
): void {
  const layers: LayerSpec[] = sizes.map(n => ({ shape: [n] }));
  const found = [reference, wasm].map(backend => {
    const { circuit, programs, input, target } = assemble(scheme, layers, options, {
      memory: backend.open({ dtype: 'float64' }),
      batch,
      dt: batch === 1 ? 0.01 : 0.1,
      library,
      streams: circuitStreams(createRandomSource(1), library.initialisers),
    });
    for (const ref of [input, target]) circuit.signal(ref).forEach((_, i, a) => (a[i] = ((i * 7) % 10) / 10));
    return best(circuit.compile(programs[program]!)).toPrecision(3);
  });
  console.log(`${name.padEnd(52)} reference ${found[0]!.padStart(9)}   wasm ${found[1]!.padStart(9)}`);
}
const fig3 = [5, 20, 10, 20, 5];
for (const membrane of ['integrated', 'cancelled']) {
  const options = { settings: { membrane } };
  line(`microcircuit ${fig3.join('-')}, ${membrane}, train`, microcircuit, fig3, options, 'train');
  line(`microcircuit ${fig3.join('-')}, ${membrane}, align`, microcircuit, fig3, options, 'align');
}
for (const feedback of ['fa', 'bp'])
  line(
    `microcircuit ${fig3.join('-')}, ${feedback}`,
    microcircuit,
    fig3,
    { settings: { feedback } },
    'train',
  );
line('microcircuit 1-1-1, train', microcircuit, [1, 1, 1], {}, 'train');
line('microcircuit 784-100-10, train', microcircuit, [784, 100, 10], {}, 'train');
line(
  'layers 784-200-2-200-784, batch 32',
  latentEquilibrium,
  [784, 200, 2, 200, 784],
  { head: 'linear-squared' },
  'train',
  32,
);
