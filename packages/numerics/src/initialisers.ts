/** First values of weights and biases, each with the paper it comes from. */
import type { Initialiser, RandomStream, Source } from '@apical/core';
import { initialiser, type Draw } from './fans.js';
import { orthonormalise, scaleInto } from './linear-algebra.js';

type Specs = Initialiser['parameters'];
const fanIn = { doc: 'synapses onto one neuron; 0: from the shape', value: 0, min: 0 };
const fanOut = { doc: 'synapses from one neuron; 0: from the shape', value: 0, min: 0 };
const gain = (value = 1, doc = 'factor for the non-linearity'): Specs[string] => ({ doc, value, min: 0 });

function uniform(into: Float64Array, low: number, high: number, stream: RandomStream): void {
  for (let i = 0; i < into.length; i++) into[i] = low + (high - low) * stream.uniform();
}
function normal(into: Float64Array, mean: number, sd: number, stream: RandomStream): void {
  for (let i = 0; i < into.length; i++) into[i] = mean + sd * stream.normal();
}

/** Variance from the fans, drawn uniformly (bound √(3 variance)) or normally. */
function scaled(
  name: string,
  doc: string,
  source: Source,
  parameters: Specs,
  variance: (at: Draw) => number,
  distribution: 'uniform' | 'normal',
): Initialiser {
  return initialiser({ name, doc, source, parameters }, at => {
    const sd = Math.sqrt(variance(at));
    if (distribution === 'normal') normal(at.into, 0, sd, at.stream);
    else uniform(at.into, -Math.sqrt(3) * sd, Math.sqrt(3) * sd, at.stream);
  });
}
const glorot: Source = {
  paper:
    'Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks, AISTATS',
  equations: '12, 16',
};
const glorotVariance = (at: Draw): number => (2 * at.parameters['gain']! ** 2) / (at.fanIn() + at.fanOut());
const he: Source = {
  paper: 'He, Zhang, Ren & Sun 2015, Delving deep into rectifiers, ICCV',
  equations: '10',
};
const perFanIn = (at: Draw): number => at.parameters['gain']! ** 2 / at.fanIn();
const forRelu = gain(Math.SQRT2, 'factor for the non-linearity; √2 for relu');

/**
 * Rows (or columns, where there are fewer of those) orthonormal, times `gain`. A kernel is seen as
 * `[filters, channels · rows · cols]`.
 */
function drawOrthogonal({ into, shape, parameters, stream, refuse }: Draw): void {
  if (shape.length < 2) throw refuse(`a shape [${shape.join(', ')}] has no rows and columns; draw weights`);
  if (into.length === 0) return;
  const rows = shape[0]!;
  const cols = into.length / rows;
  normal(into, 0, 1, stream);
  if (rows <= cols) orthonormalise(into, rows, cols);
  else {
    const turned = Float64Array.from(into, (_, at) => into[(at % rows) * cols + Math.floor(at / rows)]!);
    orthonormalise(turned, cols, rows);
    for (let at = 0; at < into.length; at++) into[at] = turned[(at % cols) * rows + Math.floor(at / cols)]!;
  }
  scaleInto(into, into, parameters['gain']!);
}

export const initialisers: readonly Initialiser[] = Object.freeze([
  initialiser({ name: 'zeros', doc: 'All 0.', parameters: {} }, ({ into }) => into.fill(0)),
  initialiser(
    { name: 'constant', doc: 'All `value`.', parameters: { value: { doc: 'the value', value: 1 } } },
    ({ into, parameters }) => into.fill(parameters['value']!),
  ),
  initialiser(
    {
      name: 'uniform',
      doc: 'Uniform in [scale · low, scale · high).',
      parameters: {
        low: { doc: 'lower end', value: -1 },
        high: { doc: 'upper end', value: 1 },
        scale: { doc: 'factor of both ends', value: 1, min: 0 },
      },
    },
    ({ into, parameters, stream, refuse }) => {
      const { low, high, scale } = parameters as { low: number; high: number; scale: number };
      if (low > high) throw refuse(`low is ${low} and high is ${high}; low must not be above high`);
      uniform(into, scale * low, scale * high, stream);
    },
  ),
  initialiser(
    {
      name: 'normal',
      doc: 'Normal with mean `mean` and standard deviation `std`.',
      parameters: {
        mean: { doc: 'mean', value: 0 },
        std: { doc: 'standard deviation', value: 1, min: 0 },
      },
    },
    ({ into, parameters, stream }) => normal(into, parameters['mean']!, parameters['std']!, stream),
  ),
  scaled(
    'xavier-uniform',
    'Uniform in ±gain · √(6 / (fanIn + fanOut)).',
    glorot,
    { gain: gain(), fanIn, fanOut },
    glorotVariance,
    'uniform',
  ),
  scaled(
    'xavier-normal',
    'Normal with standard deviation gain · √(2 / (fanIn + fanOut)).',
    glorot,
    { gain: gain(), fanIn, fanOut },
    glorotVariance,
    'normal',
  ),
  scaled('he-uniform', 'Uniform in ±gain · √(3 / fanIn).', he, { gain: forRelu, fanIn }, perFanIn, 'uniform'),
  scaled(
    'he-normal',
    'Normal with standard deviation gain / √fanIn.',
    he,
    { gain: forRelu, fanIn },
    perFanIn,
    'normal',
  ),
  scaled(
    'lecun-normal',
    'Normal with standard deviation 1 / √fanIn.',
    {
      paper: 'LeCun, Bottou, Orr & Müller 1998, Efficient BackProp',
      note: 'section 4.6; also the draw of self-normalising networks, Klambauer et al. 2017',
    },
    { fanIn },
    at => 1 / at.fanIn(),
    'normal',
  ),
  scaled(
    'fan-in-uniform',
    'Uniform in ±1 / √fanIn.',
    {
      paper: 'Glorot & Bengio 2010, AISTATS',
      equations: '1',
      note: 'the default of torch.nn.Linear and Conv2d, weights and biases',
    },
    { fanIn },
    at => 1 / (3 * at.fanIn()),
    'uniform',
  ),
  initialiser(
    {
      name: 'orthogonal',
      doc: 'Orthonormal rows or columns, whichever are fewer, times gain; kernels flattened to [filters, rest].',
      source: {
        paper:
          'Saxe, McClelland & Ganguli 2014, Exact solutions to the nonlinear dynamics of learning in deep linear neural networks, ICLR',
        note: 'signs as in Mezzadri 2007, Notices of the AMS 54',
      },
      parameters: { gain: gain() },
    },
    drawOrthogonal,
  ),
]);
