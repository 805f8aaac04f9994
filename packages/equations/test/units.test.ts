/** Units: reading, converting, and the dimensional check of statements. */
import t from 'tap';
import { ApicalError } from '@apical/core';
import { checkUnits, convert, EquationError, parseBlock, parseUnit, type Language } from '../src/index.js';

const fails = (act: () => unknown): ApicalError => {
  try {
    act();
  } catch (e) {
    if (e instanceof ApicalError) return e;
    throw e;
  }
  throw new Error('nothing was thrown');
};

t.test('units are products and powers', async t => {
  t.same(parseUnit('1'), { scale: 1, powers: [0, 0, 0] });
  t.same(parseUnit('1/(ms*mV)'), { scale: 1, powers: [-1, -1, 0] });
  t.same(parseUnit('ms**2'), { scale: 1, powers: [2, 0, 0] });
  t.same(parseUnit('1/ms'), { scale: 1, powers: [-1, 0, 0] });
  t.same(parseUnit('ms**-1'), parseUnit('1/ms'));
  t.same(parseUnit('1/ms/mV'), parseUnit('1/(ms*mV)'));
  t.same(parseUnit('ms**(1/2)'), { scale: 1, powers: [0.5, 0, 0] });
  t.same(parseUnit('ms^-2'), { scale: 1, powers: [-2, 0, 0] });
  t.same(parseUnit('nS/pF').powers, parseUnit('1/ms').powers);
  t.same(parseUnit('pA').powers, parseUnit('nS*mV').powers);
  t.same(parseUnit('MOhm*nF').powers, parseUnit('ms').powers);
  for (const [text, why] of [
    [
      'mss',
      /unit "mss": unknown "mss"; did you mean "ms"\? Units are 1, or products and powers of ms, s, us, Hz/,
    ],
    ['2*ms', /2 is no unit/],
    ['ms + s', /units can be multiplied, divided and raised to a number/],
    ['ms ** x', /raised to a number/],
    ['ms *', /cannot be read/],
    ['', /cannot be read/],
    ['volt', /unknown "volt"\. Units are 1/],
    ['mv', /unknown "mv"; did you mean "mV"\?/],
    ['%', /cannot be read; 20 % is the number 0\.2, with unit 1/],
    ['µs', /cannot be read; micro is written u, as in us/],
    ['ms²', /cannot be read; write ms\*\*2 and ms\*mV/],
    ['ms mV', /cannot be read; a product is written \*/],
    ['-ms', /units can be multiplied, divided and raised to a number/],
  ] as const) {
    const e = fails(() => parseUnit(text));
    t.equal(e.code, 'APICAL_UNIT');
    t.match(e.message, why, text);
  }
});

t.test('quantities are converted exactly where the factor is a power of ten', async t => {
  const cases: [text: string, to: string, expected: number][] = [
    ['10 ms', 'ms', 10],
    ['0.1 s', 'ms', 100],
    ['50 Hz', '1/ms', 0.05],
    ['2 kHz', '1/ms', 2],
    ['0.5 /ms', 'Hz', 500],
    ['5', 'ms', 5],
    ['5 1/ms', 'Hz', 5000],
    ['5 / s', 'Hz', 5],
    ['-70mV', 'mV', -70],
    ['-0.07 V', 'mV', -70],
    ['250 us', 'ms', 0.25],
    ['1e-3 s', 'ms', 1],
    ['.5 nF', 'pF', 500],
    ['3 1/(ms*mV)', '1/(s*V)', 3e6],
    ['100 MOhm', '1/nS', 0.1],
    ['1 nS', 'pF/s', 1000],
    ['0.3 s', 's', 0.3],
  ];
  for (const [text, to, expected] of cases) t.equal(convert(text, to), expected, `${text} in ${to}`);
  const wrong = fails(() => convert('10 mV', 'ms'));
  t.equal(wrong.code, 'APICAL_UNIT');
  t.equal(wrong.message, '"10 mV" is in mV; a quantity in ms is wanted');
  t.match(fails(() => convert('50 Hz', 'ms')).message, /"50 Hz" is in 1\/ms; a quantity in ms is wanted/);
  t.match(
    fails(() => convert('1 mV', 'pF')).message,
    /"1 mV" is in mV; a quantity in pF \(ms\*nS\) is wanted/,
  );
  t.match(
    fails(() => convert('fast', 'ms')).message,
    /"fast" is no quantity; write a number and a unit, as in "10 ms"/,
  );
  t.match(fails(() => convert('10 parsec', 'ms')).message, /unknown "parsec"/);
  for (const text of ['1,5 ms', '1 000 ms', 'ms', ''])
    t.match(
      fails(() => convert(text, 'ms')).message,
      `"${text}" is no quantity; write a number and a unit`,
      text,
    );
  t.match(fails(() => convert('5 1', 'ms')).message, /"5 1" is in 1; a quantity in ms is wanted/);
  t.match(fails(() => convert('20 %', '1')).message, /20 % is the number 0\.2/);
  t.match(fails(() => convert('1e999 ms', 'ms')).message, /"1e999 ms" is too large a number/);
});

const units: Record<string, string> = {
  u: 'mV',
  v: 'mV',
  r: '1',
  tau: 'ms',
  tauSlow: 's',
  dt: 'ms',
  g: 'nS',
  C: 'pF',
  I: 'pA',
  n: '1',
  bad: 'volts',
};
const language: Language = {
  where: 'hidden1/forward',
  choices: { drive: 'u + tau' },
  functions: {
    phi: { name: 'relu', value: 'max(x, 0)' },
    softmax: {
      name: 'softmax',
      forward: 's = exp(x)\ny = s / sum(s)',
      backward: 'back = y * (delta - sum(y * delta))',
    },
  },
  sites: { softmax: { x: 'n', y: 'r' }, phi: { x: 'n', y: 'r' } },
};
const check = (text: string): void => checkUnits(parseBlock(text, language), name => units[name], language);

t.test('what agrees passes', async t => {
  for (const text of [
    'du/dt = (v - u) / tau',
    'du/dt = (g * (v - u) + I) / C',
    'u += dt / tau * (v - u)',
    'u *= 2',
    'u = 0',
    'u = clip(v, 0, u)',
    'u = where(u > 0, v, 0)',
    'r = sigmoid(u / v)',
    'r = (u / v) ** n',
    'u = sqrt(u * v)',
    'u = (u ** 3) ** (1 / 3)',
    'r = tau ** -1 * dt',
    'u = mean(u) + largest(v) - sum(u)',
    'u = -abs(u) * sign(v)',
    'r = (u > v) + (tau == dt)',
    'local = u * tau\nu = local / dt\nlocal = u\nlocal += v',
    'u = weight * r',
    'weight = u + weight',
    'r = phi(u / v) + dphi(n)',
    'r = softmax(u / v)',
    'u = softmaxBack(v) + phiBack(u)',
    'r = exp(-dt / tau)',
  ])
    t.doesNotThrow(() => check(text), text);
});

t.test('what does not agree names both units and the place', async t => {
  const cases: [text: string, why: string, column: number][] = [
    ['u = tau', '"u" is in mV, its right side is in ms', 0],
    ['u += r', '"u" is in mV, its right side is in 1', 0],
    ['u = 1', '"u" is in mV, its right side is in 1', 0],
    ['u *= v', 'a factor must be a pure number (1), its right side is in mV', 0],
    ['  du/dt = v', 'du/dt is in mV/ms, its right side is in mV', 3],
    ['u = v + tau', 'units differ on the sides of +: mV and ms', 6],
    ['u = v * (u > tau)', 'units differ on the sides of >: mV and ms', 11],
    ['u = max(v, tau)', 'units differ on the sides of max: mV and ms', 4],
    ['u = clip(v, 0, tau)', 'units differ on the sides of clip: mV and ms', 4],
    ['u = where(1 > 0, v, tau)', 'units differ on the sides of where: mV and ms', 4],
    ['r = exp(u)', 'the argument of exp is in mV; it must be a pure number (1)', 8],
    ['r = n ** u', 'an exponent is in mV; it must be a pure number (1)', 9],
    ['r = u ** n', 'what is raised to a variable power is in mV; it must be a pure number (1)', 4],
    ['r = phi(u)', 'the argument of phi is in mV; it must be a pure number (1)', 8],
    ['r = softmax(u)', 'the argument of softmax is in mV; it must be a pure number (1)', 12],
    ['r = tau / tauSlow', '"r" is in 1, its right side is in 0.001 × 1', 0],
    ['r = sqrt(u)', '"r" is in 1, its right side is in mV**0.5', 0],
    ['u = I / C', '"u" is in mV, its right side is in mV/ms', 0],
    ['r = 1 / (u * tau)', '"r" is in 1, its right side is in 1/(ms*mV)', 0],
    ['bad = 1', '"bad" has no proper unit: unit "volts": unknown "volts"', 0],
  ];
  for (const [text, why, column] of cases) {
    const e = fails(() => check(text));
    if (!(e instanceof EquationError)) throw e;
    t.equal(e.where, 'hidden1/forward', text);
    t.ok(e.message.includes(why), `${e.message} says ${why}`);
    t.equal(e.column, column, `column of ${text}`);
  }
  const inChoice = fails(() => check('u = drive'));
  t.match(inChoice, { where: 'hidden1/forward, choice drive', line: 'u + tau', column: 2 });
});
