/** Public names of `@apical/compare`. */
export { compareSchemes } from './compare-schemes.js';
export type { CompareDependencies, Prepared } from './compare-schemes.js';
export { comparisonOf } from './comparison.js';
export type { ComparisonFacts } from './comparison.js';
export { halvedRuns, otherBackendRuns, roundingChecks, timeStepChecks } from './reruns.js';
export { comparisonRows, controlCheck, leastPairs } from './statistics.js';
export type { RowSettings } from './statistics.js';
export { outcomeOf } from './outcomes.js';
export type { Outcome } from './outcomes.js';
export { checkPairing } from './pairing.js';
export { comparisonNotes, headlineSeeds } from './notes.js';
export { inProcessLauncher, localLauncher, workerCount } from './launcher-local.js';
export type { LocalLauncherOptions } from './launcher-local.js';
export { failureText, serveRuns } from './serve-runs.js';
export type { RunOne } from './serve-runs.js';
export type { WorkerStart } from './worker-messages.js';
