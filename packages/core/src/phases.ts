/** Phase words that several schemes share. A scheme may add its own and documents them. */
export const phaseWords = {
  start: 'before the first step of a run or of a sample: states take their starting values',
  observe: 'prospective potentials and rates are computed from the states of the last step',
  forward: 'rates, from the input upwards',
  dendrites: 'synapses transmit into dendritic compartments',
  perturb: 'the noise of the previous step enters',
  noise: 'noise is renewed',
  soma: 'somatic potentials move',
  trace: 'synaptic traces move',
  teach: 'the target enters',
  backward: 'errors, from the output downwards',
  relax: 'one step towards the resting state',
  learn: 'weights change',
  tie: 'weights that copy others are copied again',
  commit: 'what the next step remembers is stored',
} as const;
