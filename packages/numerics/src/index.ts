/** Public names of `@apical/numerics`. Everything else is private. */
export { power } from './power.js';
export { philox } from './philox.js';
export { cosineAndSine, counterKinds, fillNormals, logarithm, normalConstants } from './normal.js';
export { createRandomSource, streamKey } from './streams.js';
export { fansOf } from './fans.js';
export type { Fans } from './fans.js';
export { initialisers } from './initialisers.js';
export {
  dot,
  eigenvalues,
  firstNonFinite,
  maxAbs,
  norm,
  pseudoInverse,
  scaleInto,
  singularValues,
  spectralNorm,
  spectralRadius,
  svd,
} from './linear-algebra.js';
export type { Eigenvalues, SingularValues } from './linear-algebra.js';
export { inverse, leadingEigenvectors, solve } from './systems.js';
export type { Eigenvectors } from './systems.js';
export { angle, cosine, flagReference, normRatio, nullBand, signAgreement } from './angles.js';
export type { NullBand } from './angles.js';
export { tCdf, tQuantile } from './t-distribution.js';
export {
  bootstrapInterval,
  interquartileMean,
  linearFit,
  mean,
  median,
  pearson,
  quantile,
  standardDeviation,
  stratifiedBootstrapInterval,
  tInterval,
  variance,
} from './statistics.js';
export type { BootstrapOptions, Line } from './statistics.js';
export { fitLinearClassifier } from './linear-classifier.js';
export type { LinearClassifier, LinearClassifierOptions } from './linear-classifier.js';
export { equivalence, holm, signFlipTest, signedRanks } from './paired-tests.js';
export type { Equivalence, SignFlip } from './paired-tests.js';
