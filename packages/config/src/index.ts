/** Public names of `@apical/config`. */
export { compose } from './compose.js';
export type { Composed, ComposeOptions } from './compose.js';
export { ConfigFiles } from './files.js';
export type { ConfigFile } from './files.js';
export { experimentDefaults, networkDefaults, trainDefaults } from './defaults.js';
export { hashConfig, runConfigs, selectedSchemes } from './experiment.js';
export { jsonSchema } from './json-schema.js';
export type { PartNames } from './json-schema.js';
export { expandOverrides, parseOverride, parseValue } from './override.js';
export type { Override } from './override.js';
export { isQuantity, toNumber } from './quantity.js';
export type { Convert } from './quantity.js';
export { render } from './render.js';
export type { RenderOptions } from './render.js';
export type { Path } from './source.js';
