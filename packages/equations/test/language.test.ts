/** The language: precedence, statements, choices, carets, names read and written, LaTeX. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { ApicalError, isApicalError } from '@apical/core';
import {
  callable,
  callsIn,
  EquationError,
  evaluateScalar,
  findSites,
  namesIn,
  parse,
  parseAssignment,
  parseBlock,
  parseStatements,
  readsOf,
  reductions,
  symbolToLatex,
  toLatex,
  writesOf,
  type Language,
} from '../src/index.js';

const plain: Language = {
  where: 'hidden1/forward',
  block: 'rate/unit',
  key: 'phases.forward',
  choices: {},
  functions: {},
};
const value = (text: string, values: Record<string, number> = {}): number =>
  evaluateScalar(text, values, 'test');
function caught(act: () => unknown): EquationError {
  try {
    act();
  } catch (e) {
    if (e instanceof EquationError) return e;
    throw e;
  }
  throw new Error('nothing was thrown');
}
/** The part of the printed line above the caret and to its right. */
function underCaret(e: EquationError): string {
  const lines = e.message.split('\n');
  const caret = lines.at(-1)!;
  return lines.at(-2)!.slice(caret.indexOf('^'));
}

t.test('precedence is comparison, sum, product, minus, power', async t => {
  const cases: Record<string, number> = {
    '-2 ** 2': -4,
    '2 ** 3 ** 2': 512,
    '2 ** -1': 0.5,
    '2 ** -1 * 8': 4,
    '-2 ** -2': -0.25,
    '7 - 2 - 1': 4,
    '8 / 4 / 2': 1,
    '2 + 3 * 4': 14,
    '(2 + 3) * 4': 20,
    '-3 * -2': 6,
    '--3': 3,
    '1 + 1 > 1': 1,
    '3 - 1 <= 1 + 0': 0,
    '2 >= 2': 1,
    '(1 < 2) == 1': 1,
    '(0 < 3) * (3 < 2) + (2 > 1)': 1,
    '1. + 2.e1 + 3.*2': 27,
    '2--3': 5,
    '(-2) ** 2 - -0.5 ** 2': 4.25,
    '1e-3 * 1E3': 1,
    '.5 + 5.': 5.5,
    '1.5e+2': 150,
    'where(0 > 1, 2, 3)': 3,
    'clip(5, 0, 1) + min(2, 3) + max(2, 3)': 6,
    'sqrt(16) + abs(-3) + sign(-2) + relu(-1)': 6,
  };
  for (const [text, expected] of Object.entries(cases)) t.equal(value(text), expected, text);
  t.equal(value('a.b * _x + x_1', { 'a.b': 2, _x: 3, x_1: 4 }), 10, 'names with dots and underscores');
  t.equal(value('x ** 2', { x: 3 }), 9);
  t.equal(value('x ** y', { x: 2, y: 2 }), 4);
});

t.test('nodes know their column', async t => {
  const tree = parse('a + f(b.c)', 'test');
  t.match(tree, { kind: 'call', name: 'add', at: 2 });
  t.match(tree, {
    args: [
      { name: 'a', at: 0 },
      { name: 'f', at: 4, args: [{ name: 'b.c', at: 6 }] },
    ],
  });
  t.same([...namesIn(tree)], ['a', 'b.c']);
  t.same([...callsIn(tree)], ['add', 'f']);
  t.same(callsIn(parse('1', 'test')).size, 0);
});

t.test('what cannot be read names the place and what would be right', async t => {
  const cases: [text: string, under: string, why: RegExp][] = [
    ['a + * b', '* b', /unexpected "\*", a value is missing/],
    ['a b', 'b', /unexpected "b"/],
    ['a + ', '', /a value is missing/],
    ['(a + b', '', /expected "\)" before the end/],
    ['max(a b)', 'b)', /expected "\)", found "b"/],
    ['a ^ 2', '^ 2', /unexpected character "\^"; a power is written \*\*/],
    ['a = b', '= b', /equality is written ==/],
    ['τ * 2', 'τ * 2', /names are written in ASCII/],
    ['a − 2', '− 2', /unexpected character "−"; minus is written -/],
    ['a² + 1', '² + 1', /a power is written \*\*/],
    ['a <= b <= c', '<= c', /comparisons do not chain: a < b < c is written \(a < b\) \* \(b < c\)/],
    ['1 + (a > b == c)', '== c)', /comparisons do not chain/],
    ['a > 0 && b > 0', '&& b > 0', /is written \(a > 0\) \* \(b > 0\)/],
    ['a > 0 and b', 'and b', /unexpected "and"; write \(a > 0\) \* \(b > 0\)/],
    ['a > 0 or b', 'or b', /unexpected "or"; write max\(a > 0, b > 0\)/],
    ['2 a', 'a', /unexpected "a"; a product is written \*/],
    ['2(a)', '(a)', /unexpected "\("; a product is written \*/],
    ['exp a', 'a', /unexpected "a"; a function is written exp\(…\)/],
    ['sum a', 'a', /a function is written sum\(…\)/],
    ['1.2.3', '.3', /unexpected "\.3"$/m],
    ['pre.', '.', /a dot stands between two names: pre\.r/],
    ['20 %', '%', /20 % is written 0\.2/],
    ['add(a, b)', 'add(a, b)', /unknown function "add"; write a \+ b/],
    ['1 + less(a)', 'less(a)', /unknown function "less"; write a < b/],
    ['negate(a)', 'negate(a)', /unknown function "negate"; write -a/],
    ['ln(a)', 'ln(a)', /unknown function "ln"; write log\(x\)\. Known: abs/],
    ['pow(a, 2)', 'pow(a, 2)', /unknown function "pow"; write a \*\* b\. Known/],
    ['max(a)', 'max(a)', /max takes 2 arguments; found 1; over the units it is largest\(x\)/],
    ['min(a)', 'min(a)', /found 1; over the units it is -largest\(-x\)/],
    ['max(a, b, 1)', 'max(a, b, 1)', /found 3; max\(a, max\(b, c\)\) is that of three/],
    ['toString(a)', 'toString(a)', /unknown function "toString"\. Known/],
    ['a $ b', '$ b', /unexpected character "\$"$/m],
    ['3x', 'x', /unexpected "x"/],
    ['', '', /a value is missing/],
    ['exp()', 'exp()', /exp takes 1 argument; found 0/],
    ['a + clip(a, 0)', 'clip(a, 0)', /clip takes 3 arguments; found 2/],
    ['a + tahn(a)', 'tahn(a)', /unknown function "tahn"; did you mean "tanh"\? Known: abs, clip, exp/],
  ];
  for (const [text, under, why] of cases) {
    const e = caught(() => parseAssignment('y', text, plain));
    t.match(e.message, why, text);
    t.equal(underCaret(e), under, `caret of ${text}`);
  }
  const deep = caught(() => parse('('.repeat(300), 'test'));
  t.match(deep.message, /more than 200 levels/);
  t.equal(deep.column, 200);
  const long = caught(() => parse(`a${' + a'.repeat(1000)}`, 'test'));
  t.match(long.message, /more than 2000 words and signs in one expression/);
  const [, line, caret] = long.message.split('\n');
  t.match(line, /^ {4}…[ +a]+$/, 'of a very long line the part around the place is shown');
  t.ok(line!.length < 160);
  t.equal(line![caret!.indexOf('^')], 'a', 'with the caret under it');
  const longest = `a${' + a'.repeat(999)}`;
  t.equal(value(longest, { a: 1 }), 1000, 'up to there every walk of the tree has room');
  t.match(toLatex(longest), /a \+ a$/);
  const early = caught(() => value(`q${' + a'.repeat(99)}`, { a: 1 }));
  t.match(early.message, /\n {4}q \+ .*…\n {4}\^$/, 'at the begin of a long line only its end is left out');
});

t.test('an error carries where, block, key, line, line number and column', async t => {
  const e = caught(() => parseBlock('# rates\n  u = 1\n  r = tahn(u) # wrong\n', plain));
  t.ok(e instanceof ApicalError && isApicalError(e));
  t.match(e, {
    code: 'APICAL_EQUATION',
    where: 'hidden1/forward',
    block: 'rate/unit',
    key: 'phases.forward',
    line: '  r = tahn(u)',
    lineNumber: 3,
    column: 6,
  });
  t.equal(
    e.message.split('\n').slice(-2).join('\n'),
    ['    r = tahn(u)', '        ^'].join('\n'),
    'the indent is dropped from line and caret alike',
  );
  const tabbed = caught(() => parseBlock('\tr =\ttahn(u)', plain));
  t.equal(tabbed.message.split('\n').at(-1), '       \t^', 'a tab before the place stays a tab');
  t.equal(
    caught(() => value('uu', { u: 1 })).message.split('\n')[0],
    'test: unknown name "uu"; did you mean "u"? Known: u',
  );
  t.match(caught(() => value('a')).message, /unknown name "a"\. There are none\./);
  t.match(
    caught(() => value('e', { u: 1 })).message,
    /unknown name "e"\. Known: u/,
    'any letter is near to any other',
  );
  t.match(caught(() => value('U', { u: 1 })).message, /did you mean "u"\?/);
  t.match(
    caught(() => value('2 * exp', { u: 1 })).message,
    /unknown name "exp"; write exp\(…\), it is a function\. Known: u/,
  );
  const inStatement = caught(() => parseBlock('u = 1\n  r = u ^ 2', plain));
  t.match(inStatement, { line: '  r = u ^ 2', lineNumber: 2, column: 8 });
  t.match(inStatement.message, /\n {4}r = u \^ 2\n {10}\^$/, 'the whole line is shown');
  t.match(
    caught(() => value('sum(2)')).message,
    /sum needs a value per neuron; here are only single numbers/,
  );
});

t.test('statements', async t => {
  const all = parseBlock(
    ['', 'a = 1  # comment', 'a += b', ' a -= b\r', 'a *= b', 'du/dt = -u / tau', 'dd / dt = 1'].join('\n'),
    plain,
  );
  t.same(
    all.map(s => [s.target, s.op, s.lineNumber, s.at]),
    [
      ['a', '=', 2, 0],
      ['a', '+=', 3, 0],
      ['a', '-=', 4, 1],
      ['a', '*=', 5, 0],
      ['u', 'd', 6, 1],
      ['d', 'd', 7, 1],
    ],
  );
  for (const [line, why, column] of [
    ['  a', /expected "name = …", "name \+= …"/, 2],
    ['a == b', /expected "name = …"/, 0],
    ['a.b = 1', /"a\.b" belongs elsewhere: it can be read here, not written/, 0],
    ['a /= 2', /there is no \/=: write "a \*= 1 \/ …"/, 0],
    ['dpre.u/dt = 1', /belongs elsewhere/, 0],
    ['du/dt += 1', /write "du\/dt = …": it changes what is there/, 0],
    ['  + a', /a statement is one line, it cannot go on in the next/, 2],
    ['du/ds = a', /or "dname\/dt = …"/, 0],
    ['a = ', /a value is missing/, 3],
  ] as const) {
    const e = caught(() => parseBlock(line, plain));
    t.match(e.message, why, line);
    t.equal(e.column, column);
  }
});

t.test('a choice stands for its expression, and errors in it show its own text', async t => {
  const choices = { amplitude: 'sigma * spread', spread: 'abs(u)' };
  const [s] = parseBlock('noise = amplitude * z', { ...plain, choices });
  t.same([...namesIn(s!.value)], ['sigma', 'u', 'z']);
  const [plainNames] = parseBlock('noise = toString * constructor', { ...plain, choices });
  t.same(
    [...namesIn(plainNames!.value)],
    ['toString', 'constructor'],
    'inherited names of objects are plain names',
  );

  const e = caught(() =>
    parseBlock('noise = amplitude', { ...plain, choices: { amplitude: 'sigma * asb(u)' } }),
  );
  t.match(e, { where: 'hidden1/forward, choice amplitude', key: 'choices.amplitude', block: 'rate/unit' });
  t.equal(underCaret(e), 'asb(u)');
  const loop = caught(() => parseBlock('a = p', { ...plain, choices: { p: 'q + 1', q: '2 * p' } }));
  t.match(loop.message, /choice "p" refers to itself: p → q → p/);
  t.equal(underCaret(loop), 'p');
  const target = caught(() => parseBlock('amplitude = 3', { ...plain, choices }));
  t.match(target.message, /"amplitude" is a choice: it can be read, not written/);
});

t.test('names read and written', async t => {
  const functions = { phi: { name: 'softmax', forward: 's = exp(x)\ny = s / sum(s)' } };
  const all = parseBlock('a = b + 1\nc = a * pre.r\nn += a\ndu/dt = -u + w\nr = phi(u)', {
    ...plain,
    functions,
  });
  t.same([...readsOf(all)].sort(), ['b', 'dt', 'n', 'pre.r', 'u', 'w']);
  t.same([...writesOf(all)].sort(), ['a', 'c', 'n', 'r', 'u']);
  t.same([...readsOf(parseBlock('a = 1\na += 2', plain))], []);
});

t.test('the line that feeds an activation is found on the parsed statements', async t => {
  const phases = {
    forward: 'u = drive\n  r  =  phi( u )  # the rate\nq = psi(u + 1)\np = psi(pre.r)\nl += chi(u)',
    backward: 'rStar = phi(u, 2)',
  };
  t.same(findSites(phases, ['phi', 'psi', 'chi']), { phi: { x: 'u', y: 'r' } });
  t.equal(findSites(phases, []), undefined);
  t.same(findSites({ a: 'r = phi(u)', b: 'r = phi(u)' }, ['phi']), { phi: { x: 'u', y: 'r' } });
  t.same(findSites({ a: 'r = phi(u)', b: 's = phi(v)' }, ['phi']), {
    phi: { x: 'u', y: 'r', other: 's = phi(v)' },
  });
  const e = caught(() => findSites({ a: 'r = phi(' }, ['phi'], { where: 'hidden1', block: 'rate/unit' }));
  t.match(e, { where: 'hidden1/a', block: 'rate/unit', key: 'phases.a', lineNumber: 1 });
});

t.test('symbols', async t => {
  const cases: Record<string, string> = {
    u: 'u',
    tau: '\\tau',
    xi: '\\xi',
    tauHP: '\\tau_{\\mathrm{HP}}',
    tauXi: '\\tau_{\\xi}',
    rOld: 'r^{\\mathrm{old}}',
    uBreve: '\\breve{u}',
    uBreveOld: '\\breve{u}^{\\mathrm{old}}',
    gLeak: 'g_{\\mathrm{leak}}',
    w12: 'w_{12}',
    eta: '\\eta',
    etaStar: '\\eta^{*}',
    beta1: '\\beta_{1}',
    nuHat: '\\hat{\\nu}',
    predicted: '\\mathrm{predicted}',
    pi: '\\pi',
    pivot: '\\mathrm{pivot}',
    tau_m: '\\tau_{\\mathrm{m}}',
    two_words: '\\mathrm{two\\_words}',
    'pre.r': 'r^{\\mathrm{pre}}',
    'pre.rOld': 'r^{\\mathrm{pre},\\mathrm{old}}',
    'factor$0.shifted': '\\mathrm{shifted}',
  };
  for (const [name, latex] of Object.entries(cases)) t.equal(symbolToLatex(name), latex, name);
  t.equal(symbolToLatex('vApi', { vApi: 'v^{a}' }), 'v^{a}');
  t.equal(symbolToLatex('pre.vApi', { vApi: 'v_a' }), '{v_a}^{\\mathrm{pre}}');
});

t.test('LaTeX says the same as the text', async t => {
  const cases: Record<string, string> = {
    'a * (b + c)': 'a \\, \\left(b + c\\right)',
    'a - (b - c)': 'a - \\left(b - c\\right)',
    'a + -b': 'a + \\left(-b\\right)',
    '-a * b': '-a \\, b',
    'a * -b': 'a \\, \\left(-b\\right)',
    '-(a + b)': '-\\left(a + b\\right)',
    '-(-a)': '-\\left(-a\\right)',
    '2 * 3': '2 \\cdot 3',
    'a / b / c': '\\frac{\\frac{a}{b}}{c}',
    '(a / b) ** 2': '\\left(\\frac{a}{b}\\right)^{2}',
    'rOld ** 2': '\\left(r^{\\mathrm{old}}\\right)^{2}',
    'a ** -b': 'a^{-b}',
    '(a ** b) ** c': '\\left(a^{b}\\right)^{c}',
    'x * 1e-5': 'x \\cdot 10^{-5}',
    '2.5e-7 * 3e6': '2.5 \\cdot 10^{-7} \\cdot 3 \\cdot 10^{6}',
    'a * (b > c)': 'a \\, \\left[b > c\\right]',
    'where(a >= 0, a, -a)': '\\begin{cases} a & a \\ge 0 \\\\ -a & \\text{else} \\end{cases}',
    'relu(x) + abs(x)': '\\left[x\\right]_{+} + \\left|x\\right|',
    'sum(x) * y': '\\left(\\sum_i x\\right) \\, y',
    'sum(x - y)': '\\sum_i \\left(x - y\\right)',
    'largest(x)': '\\max_i x',
    'mean(x ** 2)': '\\left\\langle x^{2} \\right\\rangle',
    'sqrt(exp(a) + log(b))': '\\sqrt{\\exp\\left(a\\right) + \\ln\\left(b\\right)}',
    'clip(x, 0, 1)': '\\operatorname{clip}\\left(x, 0, 1\\right)',
    'min(a, b) <= max(a, b)': '\\min\\left(a, b\\right) \\le \\max\\left(a, b\\right)',
    'phi(u) - dphi(u) * phiBack(e)':
      "\\phi\\left(u\\right) - \\phi'\\left(u\\right) \\, J_{\\phi}^{\\top}\\left(e\\right)",
    'where(a, b, -1e999) + 1e999':
      '\\left(\\begin{cases} b & a \\\\ -\\infty & \\text{else} \\end{cases}\\right) + \\infty',
    'gate(u)': '\\operatorname{gate}\\left(u\\right)',
  };
  for (const [text, latex] of Object.entries(cases)) t.equal(toLatex(text), latex, text);
  t.equal(toLatex(parse('tau * u', 'test'), { u: 'U' }), '\\tau \\, U');
});

t.test('LaTeX of a block, one line a statement', async t => {
  const text = `
    tau = 1 / (gLeak + gApi)
    uBreve = uOld + tau * (u - uOld) / dt
    r = phi(uBreve)
    du/dt = gBas*vBas - u/tau
    rHP += r - rOld - dt/tauHP * rHP
    a -= b - c
    w *= 1 - eta
    w *= -1`;
  t.equal(
    toLatex(parseStatements(text, plain)),
    [
      '\\tau = \\frac{1}{g_{\\mathrm{leak}} + g_{\\mathrm{api}}}',
      '\\breve{u} = u^{\\mathrm{old}} + \\frac{\\tau \\, \\left(u - u^{\\mathrm{old}}\\right)}{\\mathrm{dt}}',
      'r = \\phi\\left(\\breve{u}\\right)',
      '\\dot{u} = g_{\\mathrm{bas}} \\, v_{\\mathrm{bas}} - \\frac{u}{\\tau}',
      'r_{\\mathrm{HP}} \\leftarrow r_{\\mathrm{HP}} + r - r^{\\mathrm{old}} - \\frac{\\mathrm{dt}}{\\tau_{\\mathrm{HP}}} \\, r_{\\mathrm{HP}}',
      'a \\leftarrow a - \\left(b - c\\right)',
      'w \\leftarrow w \\, \\left(1 - \\eta\\right)',
      'w \\leftarrow w \\, \\left(-1\\right)',
    ].join('\n'),
  );
});

t.test('the examples of the README can be read', async t => {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/```text\n(.*?)```/gs)].map(m => m[1]!);
  const functions = { phi: { name: 'tanh', value: 'tanh(x)' } };
  const equations = blocks.filter(b => !b.includes('^\n'));
  t.equal(equations.length, 3);
  for (const block of equations) t.doesNotThrow(() => parseBlock(block, { ...plain, functions }), block);
  for (const name of [...callable, ...reductions]) t.match(text, `\`${name}`, `${name} is in the table`);
  const [shown] = blocks.filter(b => b.includes('^\n'));
  const e = caught(() => parseBlock('r = tahn(u)', plain));
  t.ok(shown!.startsWith(e.message.replace(/(exp, ).*/, '$1…')), 'the error is the one shown');
});
