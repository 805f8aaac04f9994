/** Activation slots, the backward pass of a layer against its numeric Jacobian, symbolic derivatives. */
import t from 'tap';
import type { Activation, Operand } from '@apical/core';
import {
  builtins,
  callable,
  derivative,
  emitJs,
  EquationError,
  evaluateScalar,
  findSites,
  lower,
  namesIn,
  operators,
  parse,
  parseAssignment,
  parseBlock,
  toLatex,
  type Language,
} from '../src/index.js';

const thrown = (act: () => unknown): EquationError => {
  try {
    act();
  } catch (e) {
    if (e instanceof EquationError) return e;
    throw e;
  }
  throw new Error('nothing was thrown');
};
const softmax: Activation = {
  name: 'softmax',
  forward: '\n  shifted = exp(x - largest(x))\n  y = shifted / sum(shifted)',
  backward: 'back = y * (delta - sum(y * delta))',
};
/** Rectified, then divided by its root mean square over the layer. */
const normalised: Activation = {
  name: 'relu-rms',
  forward: 'a = max(x, 0)\ny = a / sqrt(mean(a ** 2) + 1e-5)',
  backward: `inverse = 1 / sqrt(mean(max(x, 0) ** 2) + 1e-5)
    back = inverse * (delta - y * mean(delta * y)) * where(x > 0, 1, 0)`,
};
const elu: Activation = { name: 'elu', value: 'where(x > 0, x, exp(x) - 1)' };
const phases = { forward: 'r = phi(z)', backward: 'e = phiBack(d)' };
const languageFor = (phi: Activation): Language => ({
  where: 'hidden1/forward',
  block: 'rate/unit',
  choices: {},
  functions: { phi },
  sites: findSites(phases, ['phi'])!,
});
const batch = 3;
const units = 5;
const neuron = (name: string, values: (k: number) => number): Operand => ({
  name,
  extent: 'neuron',
  units,
  data: Float64Array.from({ length: batch * units }, (_, k) => values(k)),
});
function run(text: string, language: Language, operands: readonly Operand[]): void {
  const scope = {
    find: (name: string) => operands.find(o => o.name === name),
    names: () => operands.map(o => o.name),
  };
  const op = lower(parseBlock(text, language), scope, { batch, units }, language, n => new Float64Array(n));
  emitJs(op)();
}
const drive = (k: number): number => Math.sin(1.7 * k + 0.3) * 2;

t.test('softmax is a reduction per sample', async t => {
  const z = neuron('z', drive);
  const r = neuron('r', () => 0);
  run('r = phi(z)', languageFor(softmax), [z, r]);
  for (let b = 0; b < batch; b++) {
    const exps = Array.from(z.data.subarray(b * units, (b + 1) * units), x => Math.exp(x));
    const sum = exps.reduce((a, x) => a + x, 0);
    for (let i = 0; i < units; i++)
      // exact but for the shift by the largest
      t.ok(Math.abs(r.data[b * units + i]! - exps[i]! / sum) < 1e-15);
  }
  z.data.fill(1000);
  run('r = phi(z)', languageFor(softmax), [z, r]);
  t.ok(
    r.data.every(x => Math.abs(x - 0.2) < 1e-15),
    'no overflow',
  );
});

t.test('phiBack is the transposed Jacobian times its argument', async t => {
  const tanh: Activation = { name: 'tanh', value: 'tanh(x)' };
  for (const phi of [softmax, normalised, tanh, elu]) {
    const language = languageFor(phi);
    const z = neuron('z', drive);
    const d = neuron('d', k => Math.cos(0.9 * k));
    const r = neuron('r', () => 0);
    const e = neuron('e', () => 0);
    run('r = phi(z)', language, [z, r]);
    run('e = phiBack(d)', language, [z, r, d, e]);
    const loss = (): number => {
      run('r = phi(z)', language, [z, r]);
      return Array.from(r.data).reduce((sum, y, k) => sum + y * d.data[k]!, 0);
    };
    const h = 1e-5;
    for (let k = 0; k < batch * units; k++) {
      const at = z.data[k]!;
      z.data[k] = at + h;
      const up = loss();
      z.data[k] = at - h;
      const numeric = (up - loss()) / (2 * h);
      z.data[k] = at;
      // central differences are good to h², here 1e-10, times third derivatives of a few
      t.ok(Math.abs(numeric - e.data[k]!) < 2e-9, `${phi.name}, input ${k}: ${numeric} and ${e.data[k]!}`);
    }
  }
});

t.test('value, slope and slots of single units', async t => {
  const language = languageFor({ name: 'cubic', value: 'x ** 3', slope: '3 * x ** 2' });
  const [value, slope] = parseBlock('r = phi(a + b)\ns = dphi(a)', language);
  t.equal(toLatex(value!.value), '\\left(a + b\\right)^{3}');
  t.equal(toLatex(slope!.value), '3 \\, a^{2}');
  const inChoice = parseBlock('r = rate', { ...language, choices: { rate: 'phi(z)' } });
  t.equal(toLatex(inChoice), 'r = z^{3}');
  const nested = parseBlock('r = phi(phi(z))', language);
  t.equal(toLatex(nested), 'r = \\left(z^{3}\\right)^{3}');
  const derived = parseBlock('s = dphi(z)', languageFor({ name: 'square', value: 'x ** 2 + 3 * x' }));
  t.equal(toLatex(derived), 's = 2 \\, z + 3');
  const identity = parseBlock('e = phiBack(d)', languageFor({ name: 'linear', value: 'x', slope: '1' }));
  t.equal(toLatex(identity), 'e = d', 'a slope of one is not multiplied');
});

t.test('an argument that is used twice is computed once', async t => {
  const all = parseBlock('r = phi(a * b + c)', languageFor(elu));
  t.same(
    all.map(s => s.target),
    ['$0.argument', 'r'],
  );
  t.equal(parseBlock('r = phi(z)', languageFor(elu)).length, 1, 'a name needs no help');
});

t.test('private names of two uses are apart, and d/dt groups stay together', async t => {
  const language = languageFor(softmax);
  const all = parseBlock('da/dt = phi(b)\ndb/dt = phi(a)\nc = phi(a) + phi(b)', language);
  t.equal(new Set(all.map(s => s.target)).size, all.length, 'no target twice');
  const kinds = all.map(s => s.op);
  t.equal(kinds.indexOf('d') + 1, kinds.lastIndexOf('d'), 'd lines are neighbours');
  t.same(
    parseAssignment('factor', 'phi(z) + phi(z)', language).map(s => s.target),
    [
      'factor$0.argument',
      'factor$0.shifted',
      'factor$0.y',
      'factor$1.argument',
      'factor$1.shifted',
      'factor$1.y',
      'factor',
    ],
  );
  // a name that the activation assigns over its input is its own from then on
  const own = languageFor({ name: 'centred', forward: 'x = x - mean(x)\ny = x * 2' });
  const z = neuron('z', drive);
  const r = neuron('r', () => 0);
  run('r = phi(z)', own, [z, r]);
  t.same(
    Array.from(z.data),
    Array.from({ length: 15 }, (_, k) => drive(k)),
    'the input is left alone',
  );
  t.ok(
    Math.abs(Array.from(r.data.subarray(0, units)).reduce((a, b) => a + b)) < 1e-14,
    'and the mean is gone',
  );
});

t.test('mistakes around activations', async t => {
  const cases: [text: string, language: Language, why: RegExp, where: RegExp][] = [
    ['e = phi(z, 2)', languageFor(elu), /phi takes 1 argument; found 2/, /^hidden1\/forward$/],
    [
      'e = dphi(z)',
      languageFor(softmax),
      /softmax works on the whole layer: use phiBack instead of dphi/,
      /forward$/,
    ],
    [
      'e = phiBack(z)',
      languageFor({ name: 'lone', forward: 'y = x' }),
      /lone works on the whole layer: it has no backward equations/,
      /forward$/,
    ],
    [
      'e = phiBack(z)',
      { ...languageFor(elu), sites: {} },
      /phiBack needs one line "y = phi\(x\)" in the model/,
      /forward$/,
    ],
    [
      'e = phiBack(z)',
      { ...languageFor(elu), sites: findSites({ a: 'r = phi(u)', b: 's = phi(v)' }, ['phi'])! },
      /phiBack needs one line "y = phi\(x\)"; found "r = phi\(u\)" and "s = phi\(v\)"/,
      /forward$/,
    ],
    [
      'r = phi(z)',
      languageFor({ name: 'wrong', value: 'x + tahn(x)' }),
      /expected|unknown/,
      /hidden1\/forward, activation wrong/,
    ],
    [
      'r = phi(z)',
      languageFor({ name: 'bare', forward: 'q = x' }),
      /forward equations must fill "y"/,
      /activation bare/,
    ],
    [
      'r = phi(z)',
      languageFor({ name: 'slow', forward: 'dy/dt = x' }),
      /an activation has no state of its own, so no d\/dt/,
      /activation slow/,
    ],
    [
      's = dphi(z)',
      languageFor({ name: 'peak', value: 'x / largest(x)' }),
      /largest has no derivative per unit: state the slope/,
      /activation peak/,
    ],
  ];
  for (const [text, language, why, where] of cases) {
    const z = neuron('z', drive);
    const e = thrown(() =>
      run(text, language, [z, { ...z, name: 'r' }, { ...z, name: 's' }, { ...z, name: 'e' }]),
    );
    t.match(e.message, why, text);
    t.match(e.where, where, text);
  }
});

t.test('derivatives agree with central differences for every function', async t => {
  const texts = [
    ...callable.filter(f => builtins[f].arity === 1).map(f => `${f}(x)`),
    'min(x, 0.4)',
    'max(x ** 2, x)',
    'clip(2 * x, 0.1, 1.2)',
    'clip(0.7, x, 2 * x)',
    'where(x > 0.5, x ** 2, exp(x))',
    'where(x > 0.5, 3, 3)',
    ...Object.keys(operators).map(o => `(x + 1) ${o} (2.5 - x)`),
    'a * x / 3 - x / (1 + x ** 2) + 0 * x',
    '-(x + 1) * -x',
    '- - x',
    'x ** 0.5 + x ** -1 + a ** x + x ** x',
    'sigmoid(2 * tanh(x) - softplus(x))',
    'x - (3 - 3)',
    'sqrt(abs(x)) * log(x + 2)',
    '2 - 3 * x + 0',
  ];
  const h = 1e-6;
  for (const text of texts) {
    const slope = derivative(parse(text, 'test'), 'test');
    t.notOk([...namesIn(slope)].some(n => n !== 'x' && n !== 'a'));
    for (const x of [0.15, 0.3, 0.62, 0.9, 1.7]) {
      const at = (v: number): number => evaluateScalar(text, { x: v, a: 1.3 }, 'test');
      const numeric = (at(x + h) - at(x - h)) / (2 * h);
      const exact = emitScalar(slope, x);
      // h² and rounding over h: both about 1e-10
      t.ok(
        Math.abs(numeric - exact) < 1e-8 * Math.max(1, Math.abs(exact)),
        `${text} at ${x}: ${numeric}, ${exact}`,
      );
    }
  }
});
/** Value of a tree, through the emitter. */
function emitScalar(tree: ReturnType<typeof parse>, x: number): number {
  const cell = (name: string, value: number): Operand => ({
    name,
    extent: 'scalar',
    units: 1,
    data: Float64Array.of(value),
  });
  const all = [cell('x', x), cell('a', 1.3), cell('out', 0)];
  const scope = { find: (n: string) => all.find(o => o.name === n), names: () => [] };
  const statement = { target: 'out', op: '=', value: tree, line: '', lineNumber: 1, at: 0 } as const;
  emitJs(lower([statement], scope, { batch: 1, units: 1 }, 'test', n => new Float64Array(n)))();
  return all[2]!.data[0]!;
}

t.test('derivatives are simplified', async t => {
  const cases: Record<string, string> = {
    '3 * x': '3',
    'x ** 2': '2 \\, x',
    'x + 4': '1',
    'relu(x)': '\\begin{cases} 1 & x > 0 \\\\ 0 & \\text{else} \\end{cases}',
    'exp(-x)': '-\\exp\\left(-x\\right)',
    'a + 2': '0',
    '5 - x': '-1',
    'x / 4': '\\frac{1}{4}',
    'tanh(x)': '1 - \\tanh\\left(x\\right)^{2}',
    'sign(x)': '0',
    'x ** -2': '-2 \\, x^{-3}',
    '(-2) ** x': '\\left(-2\\right)^{x} \\, \\ln\\left(-2\\right)',
  };
  for (const [text, latex] of Object.entries(cases))
    t.equal(toLatex(derivative(parse(text, 'test'), 'test')), latex, text);
  t.equal(toLatex(derivative(parse('u * x', 'test'), { where: 'test' }, { variable: 'u' })), 'x');
  const e = thrown(() => derivative(parse('x + sum(x)', 'test'), 'test', { line: 'x + sum(x)' }));
  t.match(e, { line: 'x + sum(x)', column: 4 });
});

t.test('every function says what it does', async t => {
  for (const [name, { doc, arity }] of Object.entries(builtins)) {
    t.ok(doc.length > 2, name);
    t.ok(arity >= 1 && arity <= 3);
  }
});
