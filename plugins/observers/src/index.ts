/** Observers: pipelines over the events of a run that answer with commands. Each is about ten lines of rxjs. */
import { apiVersion, definePlugin } from '@apical/core';
import { anneal } from './anneal.js';
import { earlyStopping } from './early-stopping.js';
import { intervention } from './intervention.js';
import { learningRateSchedule } from './learning-rate-schedule.js';
import { stopAt } from './stop-at.js';

export { anneal, earlyStopping, intervention, learningRateSchedule, stopAt };

export default definePlugin({
  name: 'observers',
  api: apiVersion,
  doc: 'Early stopping, schedules of parameters, interventions',
  contributes: { Observer: [earlyStopping, stopAt, learningRateSchedule, anneal, intervention] },
});
