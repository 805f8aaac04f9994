/** Errors, names that are nearly right, catalogues, plugins, frozen parts. */
import t from 'tap';
import {
  ApicalError,
  apiVersion,
  Catalogue,
  defineNeuron,
  definePlugin,
  derived,
  freeze,
  injected,
  input,
  isApicalError,
  isInjected,
  nearest,
  noise,
  parameter,
  phaseWords,
  schemaVersion,
  serviceTokens,
  setting,
  splitNames,
  state,
  stimulus,
  tokens,
  unknownName,
} from '@apical/core';

t.test('an error carries a code, a place and a cause', async t => {
  const cause = new RangeError('deep');
  const error = new ApicalError('APICAL_TEST', 'what', { at: 'a.yaml:3', cause });
  t.match(error, { name: 'ApicalError', code: 'APICAL_TEST', message: 'what', at: 'a.yaml:3', cause });
  t.ok(error instanceof Error);
  const plain = new ApicalError('APICAL_TEST', 'what');
  t.equal(plain.at, undefined);
  t.notOk(Object.hasOwn(plain, 'cause'));
  // as it comes from another copy of the package
  const foreign = Object.assign(new Error('x'), { name: 'ApicalError', code: 'APICAL_X' });
  t.strictSame(
    [error, foreign, cause, { code: 'APICAL_X', name: 'ApicalError' }, 'x', null].map(isApicalError),
    [true, true, false, false, false, false],
  );
});
t.test('the nearest name: a letter more, less, another, two swapped; never a far one', async t => {
  const known = ['sgd', 'adam', 'momentum', 'burstccn'];
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['sg', 'sgd'],
    ['sgdd', 'sgd'],
    ['sgf', 'sgd'],
    ['sdg', 'sgd'],
    ['ADAM', 'adam'],
    ['adma', 'adam'],
    ['momentmu', 'momentum'],
    ['bustrccn', 'burstccn'],
    ['mometnmu', 'momentum'],
    ['flow', undefined],
    ['', undefined],
    ['rmsprop', undefined],
  ];
  for (const [wrong, right] of cases) t.equal(nearest(wrong, known), right, `"${wrong}"`);
  t.equal(nearest('abcd', ['bacd', 'abcd']), 'abcd', 'the nearest of two');
  t.equal(
    nearest('ba', ['ab']),
    'ab',
    'swapped letters are one mistake: of two letters, more would be too far',
  );
  t.equal(nearest('x', []), undefined);
});
t.test('an unknown name lists what exists, in order, with a hint where one is near', async t => {
  const error = unknownName('scheme', 'pb', ['kp', 'fa', 'bp'], { at: 'a.yaml:1' });
  t.match(error, {
    code: 'APICAL_UNKNOWN_NAME',
    at: 'a.yaml:1',
    message: 'unknown scheme "pb"; did you mean "bp"? Known: bp, fa, kp',
  });
  t.equal(unknownName('scheme', 'quite', []).message, 'unknown scheme "quite". There are none.');
  t.equal(unknownName('x', 'y', [], { code: 'APICAL_OPTION' }).code, 'APICAL_OPTION');
});
t.test('a catalogue knows its parts, where they come from, and refuses two of a name', async t => {
  const catalogue = new Catalogue('rule', [{ part: { name: 'a' }, origin: 'one' }]);
  catalogue.add({ name: 'b' }, 'two');
  t.strictSame([catalogue.names(), catalogue.has('a'), catalogue.has('c')], [['a', 'b'], true, false]);
  t.strictSame([catalogue.origin('b'), catalogue.origin('c')], ['two', undefined]);
  t.equal(catalogue.get('a'), catalogue.parts()[0]);
  t.throws(() => catalogue.add({ name: 'a' }, 'three'), {
    code: 'APICAL_DUPLICATE',
    message: 'two rules are named "a": from one and from three; rename one',
  });
  t.throws(() => catalogue.get('toString', 'c.yaml:9'), { code: 'APICAL_UNKNOWN_NAME', at: 'c.yaml:9' });
  const more = catalogue.extended();
  more.add({ name: 'c' }, 'mine');
  t.strictSame([more.names(), more.origin('a'), more.kind], [['a', 'b', 'c'], 'one', 'rule']);
  t.notOk(catalogue.has('c'), 'the first is as it was');
});
t.test('plugins: names are folder names, contributions with services are told apart', async t => {
  const part = injected(
    ['Clock', 'Logger'],
    (clock, logger) => {
      logger.warn(String(clock.now()));
      return { name: 'made' };
    },
    'made',
  );
  t.match(part, { name: 'made', inject: ['Clock', 'Logger'] });
  t.notOk(
    Object.hasOwn(
      injected([], () => 1),
      'name',
    ),
  );
  t.ok(isInjected(part));
  for (const other of [{ name: 'x' }, { inject: [] }, null, 'x']) t.notOk(isInjected(other));
  const plugin = definePlugin({ name: 'my-plugin-2', api: apiVersion });
  t.ok(Object.isFrozen(plugin));
  for (const name of ['My', '-a', 'a_b', '', 'a/b', 'ä'])
    t.throws(() => definePlugin({ name, api: apiVersion }), { code: 'APICAL_PLUGIN' }, `"${name}"`);
});
t.test('frozen in depth: circles, parts frozen before, arrays of numbers left alone', async t => {
  const inner = { deep: { list: [1, { x: 1 }] } };
  const shallow = Object.freeze({ inner });
  const circle: { self?: unknown; data: Float64Array; shallow: typeof shallow } = {
    data: new Float64Array(1),
    shallow,
  };
  circle.self = circle;
  t.equal(freeze(circle), circle);
  t.ok([circle, inner, inner.deep, inner.deep.list, inner.deep.list[1]].every(x => Object.isFrozen(x)));
  circle.data[0] = 3;
  t.equal(circle.data[0], 3);
  t.strictSame([freeze(3), freeze(null), freeze('x')], [3, null, 'x']);
  const model = defineNeuron({
    name: 'm',
    source: { paper: 'x' },
    parameters: {},
    signals: { s: state('s') },
    phases: {},
  });
  t.throws(() => Object.assign(model.signals.s!, { unit: 'mV' }), TypeError);
});
t.test('short ways to write specifications', async t => {
  t.strictSame(parameter('time', 10, 'ms'), { doc: 'time', unit: 'ms', value: 10 });
  t.strictSame(
    [state, input, derived, stimulus, noise].map(f => f('d').role),
    ['state', 'input', 'derived', 'stimulus', 'noise'],
  );
  t.strictSame(state('u', 'mV', -70), { doc: 'u', unit: 'mV', role: 'state', init: -70 });
  t.strictSame(setting('which', 'a', 'b'), { doc: 'which', value: 'a', allowed: ['a', 'b'] });
});
t.test('tokens are the same symbols in every copy of the package', async t => {
  for (const [name, symbol] of Object.entries({ ...tokens, ...serviceTokens }))
    t.equal(symbol, Symbol.for(`apical/${name}`));
  t.strictSame(splitNames, ['train', 'validation', 'test']);
  t.ok(Object.values(phaseWords).every(doc => doc.length > 5));
  t.type(schemaVersion, 'number');
});
