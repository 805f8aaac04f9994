/** Public names of `@apical/schemes`. */
export { fill, withHead } from './fill.js';
export type { FillContext } from './fill.js';
export { layersOf } from './layers.js';
export { withDefined } from './define.js';
export { schemeFromTemplate } from './template.js';
export { libraryOf, named, placed, unknownAt } from './catalogues.js';
export type { Catalogues, Locate, PartCatalogues, RunCatalogues } from './catalogues.js';
