/** One colour and one symbol per scheme, the same in every figure and table. */
import { shortenAll } from './escape.js';

/** Okabe & Ito (2008), the yellow darkened to be seen on white; then Tol's muted set. */
export const palette: readonly string[] = [
  '#0072B2',
  '#D55E00',
  '#009E73',
  '#CC79A7',
  '#E69F00',
  '#56B4E9',
  '#A89800',
  '#882255',
  '#332288',
  '#117733',
  '#AA4499',
  '#DDAA77',
];
const baselineColour = '#222222';
const controlColour = '#8A8A8A';
const shapes: readonly string[] = [
  'square',
  'triangle-up',
  'diamond',
  'triangle-down',
  'M-1,-.4H-.4V-1H.4V-.4H1V.4H.4V1H-.4V.4H-1Z',
  'triangle-right',
  'M0,-1L.95,-.31L.59,.81L-.59,.81L-.95,-.31Z',
  'triangle-left',
  'M-1,-.35H1V.35H-1Z',
  'M-.35,-1H.35V1H-.35Z',
  'M-1,-1L1,1V-1L-1,1Z',
  'M-1,-1H1L-1,1H1Z',
];
export interface Roles {
  readonly baseline?: string | undefined;
  readonly control?: string | undefined;
}
export interface SchemeStyle {
  readonly label: string;
  /** Short enough for a legend, and unique. */
  readonly display: string;
  readonly colour: string;
  /** A Vega symbol: name or path. */
  readonly shape: string;
}
/**
 * Styles in the order of the labels. The baseline (by default the first) is near black and round, the control grey, the
 * others take colours and symbols in order; from the thirteenth on colours repeat with other symbols.
 */
export function schemeStyles(labels: readonly string[], roles: Roles = {}): readonly SchemeStyle[] {
  const baseline = roles.baseline ?? labels[0];
  const displays = shortenAll(labels, 24);
  let next = 0;
  return labels.map((label, i) => {
    const display = displays[i]!;
    if (label === baseline) return { label, display, colour: baselineColour, shape: 'circle' };
    const n = next++;
    const shape = shapes[(n + Math.floor(n / palette.length)) % shapes.length]!;
    if (label !== roles.control) return { label, display, colour: palette[n % palette.length]!, shape };
    next = n;
    return { label, display, colour: controlColour, shape: 'M-1,-1H1V1H-1ZM-.4,-.4V.4H.4V-.4Z' };
  });
}
/** Label → colour; see `schemeStyles`. */
export const schemeColours = (labels: readonly string[], roles: Roles = {}): ReadonlyMap<string, string> =>
  new Map(schemeStyles(labels, roles).map(s => [s.label, s.colour]));
