/**
 * What a config says of how its rates were chosen holds for the rates in its files. Where the command line changes one, it is
 * untuned, unless the command line says how it was chosen, too.
 */
import { keysOf } from './short-forms.js';
import { isMapping, type Path } from './source.js';
import type { Tree } from './tree.js';

/** Keys that say how fast something learns. */
const ofRates = ['eta', 'optimiser', 'biasOptimiser'];

export function settleRates(tree: Tree): void {
  const isTyped = (path: Path): boolean => tree.place(path)?.value.startsWith('command line') ?? false;
  const changes = (path: Path, inside = false): boolean => {
    const value = tree.get(path);
    return isMapping(value)
      ? Object.keys(value).some(key => changes([...path, key], inside || ofRates.includes(key)))
      : inside && isTyped(path);
  };
  const general = tree.get(['rates']);
  const stands = (path: Path): boolean => tree.has(path) && isTyped(path);
  const shared = changes(['train']);
  for (const label of keysOf(tree, ['schemes'])) {
    const path = ['schemes', label, 'rates'];
    const isChanged = shared || changes(['schemes', label]);
    if (isChanged && !stands(path) && (tree.has(path) || (general !== undefined && !stands(['rates']))))
      tree.fill(path, 'untuned');
  }
  if (shared && general !== undefined && !stands(['rates'])) tree.fill(['rates'], 'untuned');
}
