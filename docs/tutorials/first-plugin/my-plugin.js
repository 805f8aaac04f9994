// A plugin: a learning rule and an observer. Data and ten lines of rxjs.
import { apiVersion, definePlugin, defineRule } from '@apical/core';
import { filter, map } from 'rxjs';

// dW = sign(delta) ⊗ r: every unit says only in which direction it wants to change
export const signRule = defineRule({
  name: 'sign-rule',
  source: { paper: 'this tutorial' },
  parameters: {},
  update: { terms: [{ post: 'sign(delta)', pre: 'r' }] },
});

// stops a run as soon as the validation error is below a goal
export const goodEnough = {
  name: 'good-enough',
  doc: 'stops when the validation error is below the goal',
  options: { goal: { doc: 'in %', value: 10 } },
  observe: (events, run) =>
    events.pipe(
      filter(e => e.kind === 'epoch-ended' && e.metrics['validation/error'] < run.options.goal),
      map(e => ({ do: 'stop', why: `error below ${run.options.goal} % after epoch ${e.epoch}` })),
    ),
};

export default definePlugin({
  name: 'my-plugin',
  api: apiVersion,
  contributes: { LearningRule: [signRule], Observer: [goodEnough] },
});
