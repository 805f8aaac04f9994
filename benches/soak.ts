/**
 * Trains for minutes and prints the memory of the process: it must stay flat.
 *   node --conditions=@apical/source --import tsx benches/soak.ts [minutes, default 10]
 */
import { assemble, circuitStreams } from '@apical/circuit';
import { fill } from '@apical/schemes';
import { wasm } from '@apical/kernels';
import { createRandomSource } from '@apical/numerics';
import { libraryOf } from '@apical/testing';
import standard, { adam } from '@apical/plugin-standard';
import { bp } from '@apical/plugin-bp';

const minutes = Number(process.argv[2] ?? 10);
const library = libraryOf(standard);
const memory = wasm.open({ dtype: 'float32' });
const layers = [784, 200, 100, 10].map((n, l) => ({
  shape: [n],
  ...(l === 1 ? { activation: 'tanh' } : {}),
}));
const { circuit, input, target, programs } = assemble(
  fill(bp, {
    head: 'softmax-cross-entropy',
    plasticity: { forward: { optimiser: { use: adam, parameters: { eta: 1e-4 } } } },
  }),
  layers,
  { memory, batch: 32, library, streams: circuitStreams(createRandomSource(0), library.initialisers) },
);
const step = circuit.compile(programs.train, { keepDirections: false });
const stream = createRandomSource(1).stream('soak');
const [x, y] = [circuit.signal(input), circuit.signal(target)];
const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const start = performance.now();
let updates = 0;
for (let minute = 0; minute <= minutes; minute++) {
  while (performance.now() - start < minute * 60_000) {
    for (let i = 0; i < x.length; i++) x[i] = stream.uniform();
    y.fill(0);
    for (let b = 0; b < 32; b++) y[10 * b + stream.integer(10)] = 1;
    for (let k = 0; k < 20; k++) step();
    updates += 20;
  }
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  console.log(
    `${minute} min, ${updates} updates: resident ${megabytes(rss)}, heap ${megabytes(heapUsed)}, buffers ${megabytes(arrayBuffers)}`,
  );
}
