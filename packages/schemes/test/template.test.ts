/** Placeholders of scheme templates. */
import t from 'tap';
import { evaluate, expand } from '../src/template-expand.js';

t.test('placeholders are arithmetic over l, last and sizes', async t => {
  const at = { l: 2, last: 3, sizes: [7, 5, 4, 2] };
  t.equal(evaluate('l - 1', at, ''), 1);
  t.equal(evaluate('size[l-1] * 2 - size[last] / (1 + 1)', at, ''), 9);
  t.equal(evaluate('-l + 0.5', at, ''), -1.5);
  t.same(expand({ 'a{l}': ['b{l-1}.r', 3, null] }, at, ''), { a2: ['b1.r', 3, null] });
  t.throws(() => evaluate('size[9]', at, 'here'), { code: 'APICAL_TEMPLATE', message: /layers 0 to 3/ });
  t.throws(() => evaluate('l +', at, 'here'), { message: /ends too early/ });
  t.throws(() => evaluate('l 2', at, 'here'), { message: /"2" after its end/ });
  t.throws(() => evaluate('(l', at, 'here'), { message: /nothing where "\)"/ });
  t.throws(() => evaluate('l', { last: 3, sizes: [] }, 'here'), { message: /nothing here runs over layers/ });
});
