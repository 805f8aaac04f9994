/** Public names of `@apical/core`. Everything else is private. */
export type {
  Activation,
  Block,
  Choose,
  Ends,
  Equations,
  Expression,
  LearningRule,
  NeuronModel,
  Optimiser,
  OptimiserUse,
  ParameterSpec,
  Phase,
  Shape,
  SignalRef,
  SignalSpec,
  Source,
  Term,
  Value,
  Values,
} from './model.js';
export type {
  Assignment,
  Backend,
  Bundle,
  Cell,
  Connectivity,
  DenseProduct,
  Reduction,
  Scratch,
  Strides,
  Until,
  DType,
  Elementwise,
  Extent,
  FloatArray,
  FunctionName,
  Memory,
  Operand,
  Operation,
  Pass,
  Step,
  Tree,
} from './operations.js';
export type {
  CircuitView,
  CompileOptions,
  Initial,
  Matrix,
  Plasticity,
  Population,
  Program,
  Projection,
  Recording,
  Stage,
  Streams,
  UntilSettled,
  WeightFunction,
  Weights,
} from './circuit.js';
export type {
  Assembled,
  Builder,
  HeadName,
  HeadSpec,
  LayerSpec,
  Model,
  NeuronAnswer,
  NeuronSlot,
  OptimiserAnswer,
  OptimiserSlot,
  PerLayer,
  PlasticityAnswer,
  PlasticitySlot,
  Scheme,
  SchemeOptions,
  Setting,
  SettingSpec,
} from './scheme.js';
export { entryOf, errorWay, functionsOf, hasWeights, weightedLayers } from './layers.js';
export { phaseWords } from './phases.js';
export type { Initialiser, RandomSource, RandomStream } from './random.js';
export type {
  Dataset,
  DatasetCache,
  DataSplit,
  Evaluation,
  Formats,
  LoadedDataset,
  MetricSpec,
  Option,
  OptionSpec,
  PreparedSplit,
  PreparedTask,
  RemoteFile,
  SplitName,
  Task,
} from './data.js';
export { splitNames } from './data.js';
export { checkOptions } from './options.js';
export type { CheckedOptions } from './options.js';
export type {
  Bus,
  Command,
  EventOf,
  MetricRow,
  ObservedRun,
  Observer,
  RunEvent,
  RunId,
  RunStatus,
} from './events.js';
export type { Probe, ProbedRun, ProbeMoment, ProbeRow, TwinOptions } from './probe.js';
export { ApicalError, checkOwnName, isApicalError, nearest, unknownName } from './errors.js';
export type {
  DefineConfig,
  ExperimentConfig,
  FigureConfig,
  InitialConfig,
  NetworkConfig,
  NeuronConfig,
  OptimiserConfig,
  PlasticityConfig,
  ReferenceConfig,
  RunConfig,
  SchemeConfig,
  SchemeTemplate,
  TrainConfig,
  Use,
} from './config.js';
export { programsSaid } from './said.js';
export { schemaVersion } from './results.js';
export type {
  ComparisonResult,
  ComparisonRow,
  Decision,
  Environment,
  Interval,
  LearningSettings,
  OptimiserSettings,
  PairingHashes,
  RoundingCheck,
  RunResult,
  RunSettings,
  RunSummary,
  StepDifference,
  TimeStepCheck,
} from './results.js';
export type { Clock, Launcher, Logger, Snapshot, Store, StoredRun } from './services.js';
export type { GoldenArray, GoldenBench, GoldenCase, GoldenReplay, Tolerance } from './golden.js';
export { serviceTokens, tokens } from './tokens.js';
export type { PartKind, ServiceKind } from './tokens.js';
export { apiVersion, definePlugin, injected, isInjected } from './plugin.js';
export type {
  Contribution,
  Contributions,
  Injected,
  PartTypes,
  Plugin,
  ServiceContributions,
  ServiceTypes,
} from './plugin.js';
export {
  defineNeuron,
  defineOptimiser,
  defineRule,
  defineScheme,
  derived,
  freeze,
  input,
  noise,
  parameter,
  setting,
  state,
  stimulus,
} from './define.js';
export { Catalogue } from './catalogue.js';
