/** Public names of `@apical/testing`. */
export { findGolden, loadGolden, readGolden } from './golden-file.js';
export type { GoldenFile } from './golden-file.js';
export { Score } from './score.js';
export type { ScoreResult } from './score.js';
export { recordedStreams } from './recorded.js';
export { replayCase, verifyCases } from './verify.js';
export type { CaseResult, VerifyOptions, VerifyResult } from './verify.js';
export { checkGradient } from './gradient-check.js';
export type { Differentiable, GradientCheck } from './gradient-check.js';
export { libraryOf } from './parts.js';
export { backendConformance } from './conformance/backend.js';
export { ConformanceError } from './conformance/check.js';
export type { Check } from './conformance/check.js';
export { activationConformance, datasetConformance, optimiserConformance } from './conformance/parts.js';
export { schemeConformance } from './conformance/scheme.js';
export type { SchemeBench } from './conformance/scheme.js';
