/** Public names of `@apical/report`. */
export { comparisonReport } from './comparison-report.js';
export { runReport } from './run-report.js';
export { writeReport } from './write.js';
export type { Report } from './write.js';
export type { Figure } from './figure.js';
export { comparisonTable, markdownTable } from './tables.js';
export { verdict } from './verdict.js';
export { schemeColours } from './colours.js';
export {
  formatBytes,
  formatCount,
  formatDifference,
  formatEstimate,
  formatP,
  formatSeconds,
  significant,
} from './format.js';
