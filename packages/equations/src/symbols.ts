/** Names of the language as LaTeX: Greek words, marks (Breve, Bar, …), `Old` as superscript, the rest as subscript. */
const greekWords =
  'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega ' +
  'Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega';
const greek: readonly string[] = greekWords.split(' ').sort((a, b) => b.length - a.length);
export const isGreek = (word: string): boolean => greek.includes(word);

const marks: Readonly<Record<string, string>> = {
  Breve: '\\breve',
  Bar: '\\bar',
  Hat: '\\hat',
  Tilde: '\\tilde',
  Check: '\\check',
  Dot: '\\dot',
};
const superscripts: Readonly<Record<string, string>> = { Old: '\\mathrm{old}', Star: '*' };
const roman = (text: string): string => `\\mathrm{${text}}`;

/** `tauHP` → \tau_{\mathrm{HP}}, `rOld` → r^{\mathrm{old}}, `uBreve` → \breve{u}, `pre.r` → r^{\mathrm{pre}}. */
export function symbolToLatex(name: string, symbols: Readonly<Record<string, string>> = {}): string {
  if (Object.hasOwn(symbols, name)) return symbols[name]!;
  // private names of activations: `$0.y`
  const own = name.replace(/^.*\$\w*\./, '');
  const dot = own.lastIndexOf('.');
  if (dot < 0) return plain(own, []);
  const end = own.slice(dot + 1);
  if (!Object.hasOwn(symbols, end)) return plain(end, [roman(own.slice(0, dot))]);
  return `{${symbols[end]!}}^{${roman(own.slice(0, dot))}}`;
}
function plain(name: string, above: string[]): string {
  const begin = greek.find(g => name.startsWith(g) && !/^[a-z]/.test(name.slice(g.length)));
  const letters = begin ?? /^[A-Za-z](?=[A-Z0-9_]|$)/.exec(name)?.[0];
  let base = begin ? `\\${begin}` : (letters ?? roman(name.replaceAll('_', '\\_')));
  const rest = letters === undefined ? '' : name.slice(letters.length);
  const below: string[] = [];
  for (const word of rest.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+/g) ?? []) {
    if (Object.hasOwn(marks, word)) base = `${marks[word]!}{${base}}`;
    else if (Object.hasOwn(superscripts, word)) above.push(superscripts[word]!);
    else below.push(subscript(word));
  }
  const under = below.length ? `_{${below.join(',')}}` : '';
  return `${base}${under}${above.length ? `^{${above.join(',')}}` : ''}`;
}
function subscript(word: string): string {
  if (/^\d+$/.test(word)) return word;
  const small = /^[A-Z][a-z]/.test(word) ? word[0]!.toLowerCase() + word.slice(1) : word;
  return isGreek(small) ? `\\${small}` : roman(small);
}
