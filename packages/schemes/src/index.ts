/** Public names of `@apical/schemes`. */
export { bear } from './bear.js';
export { fill } from './fill.js';
export type { FillContext } from './fill.js';
export { without } from './checks.js';
export { layersOf } from './layers.js';
export { withDefined } from './define.js';
export { schemeFromTemplate } from './template.js';
export { libraryOf, named, placed, unknownAt } from './catalogues.js';
export type { Catalogues, Locate, PartCatalogues, RunCatalogues } from './catalogues.js';
