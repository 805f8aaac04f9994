/**
 * Numbers for people: as many digits as the interval supports, a true minus sign, `–` for what is missing.
 * Rounding of uncertainties follows the Particle Data Group: a half-width that begins with 100 to 354 keeps two
 * digits, one that begins with 355 to 949 keeps one, 950 to 999 becomes 1000 and keeps two.
 */
import type { Interval } from '@apical/core';

export const missing = '–';
const minus = '−';

/** Decimals that a half-width supports; negative: tens, hundreds. Undefined for a zero or unknown one. */
export function decimalsFor(halfWidth: number): number | undefined {
  if (!Number.isFinite(halfWidth) || halfWidth <= 0) return undefined;
  const exponent = Math.floor(Math.log10(halfWidth));
  const first = Math.round(halfWidth / 10 ** (exponent - 2));
  if (first >= 950) return -exponent;
  return first < 355 ? 1 - exponent : -exponent;
}
/** Fixed decimals (at most 12); negative ones round to tens, hundreds. Zero has no sign. */
export function fixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? missing : value > 0 ? '∞' : `${minus}∞`;
  const scale = 10 ** -Math.min(0, decimals);
  const text = (Math.round(Math.abs(value) / scale) * scale).toFixed(0);
  const digits = decimals > 0 ? Math.abs(value).toFixed(Math.min(12, decimals)) : text;
  return value < 0 && /[1-9]/.test(digits) ? minus + digits : digits;
}
/** So many significant digits, without trailing zeros: 0.012, 97.3, 1.2e6. */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return fixed(value, 0);
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text =
    size >= 1e6 || size < 1e-4
      ? value
          .toExponential(digits - 1)
          .replace(/\.?0+e/, 'e')
          .replace('e+', 'e')
      : String(Number(value.toPrecision(digits)));
  return text.replace(/-/g, minus);
}
const halfWidth = (i: Interval): number => (i.high - i.low) / 2;

/** Common power of ten of an interval outside 10⁻³ … 10⁶, so that no row of zeros is printed. */
function power(i: Interval): number {
  const size = Math.max(Math.abs(i.mean), halfWidth(i) || 0);
  return Number.isFinite(size) && size > 0 && (size < 1e-3 || size >= 1e6) ? Math.floor(Math.log10(size)) : 0;
}
const scaled = (i: Interval, p: number): Interval => ({
  mean: i.mean / 10 ** p,
  low: i.low / 10 ** p,
  high: i.high / 10 ** p,
});
const exponentText = (p: number): string => `e${p < 0 ? minus : ''}${Math.abs(p)}`;

/** `3.1 ± 0.4`; the mean alone where there is no interval (one value, or all equal). */
export function formatEstimate(interval: Interval | undefined): string {
  if (!interval || Number.isNaN(interval.mean)) return missing;
  const p = power(interval);
  const i = scaled(interval, p);
  const decimals = decimalsFor(halfWidth(i));
  if (decimals === undefined) return significant(interval.mean, 4);
  const text = `${fixed(i.mean, decimals)} ± ${fixed(halfWidth(i), decimals)}`;
  return p === 0 ? text : `(${text})${exponentText(p)}`;
}
/** Mean, low and high with equal decimals: enough to see on which side of zero a bound lies. */
export function formatBounds(interval: Interval): { mean: string; low: string; high: string } {
  const p = power(interval);
  const i = scaled(interval, p);
  const base = decimalsFor(halfWidth(i));
  const end = p === 0 ? '' : exponentText(p);
  if (base === undefined) {
    const mean = significant(interval.mean, 3);
    return { mean, low: mean, high: mean };
  }
  let decimals = base;
  const vanishes = (v: number) => v !== 0 && Number(v.toFixed(Math.max(0, decimals))) === 0;
  while (decimals < base + 2 && (vanishes(i.low) || vanishes(i.high))) decimals++;
  const text = (v: number) => fixed(v, decimals) + end;
  return { mean: text(i.mean), low: text(i.low), high: text(i.high) };
}
/** With its sign, also a positive one: `+1.2`. */
export const signed = (text: string): string =>
  text === missing || text.startsWith(minus) || !/[1-9∞]/.test(text) ? text : `+${text}`;
/** `+1.2 [0.8, 1.6]` */
export function formatDifference(interval: Interval | undefined): string {
  if (!interval || Number.isNaN(interval.mean)) return missing;
  const { mean, low, high } = formatBounds(interval);
  return low === high || decimalsFor(halfWidth(interval)) === undefined
    ? signed(mean)
    : `${signed(mean)} [${low}, ${high}]`;
}
/** `0.031`, `< 0.001` */
export function formatP(p: number | undefined): string {
  if (p === undefined || Number.isNaN(p)) return missing;
  if (p < 0.001) return '< 0.001';
  return p >= 0.9995 ? '1' : p.toFixed(3);
}
/** In a sentence: `p = 0.031`, `p < 0.001`. */
export const formatPEquals = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${formatP(p)}`);

/** `0.32 s`, `45 s`, `3 min 20 s`, `2 h 5 min` */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return missing;
  if (seconds < 9.95) return `${significant(seconds, 2)} s`;
  if (seconds < 99.5) return `${Math.round(seconds)} s`;
  if (seconds < 3570) {
    const whole = Math.round(seconds);
    return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  }
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
/** Three digits and an SI prefix: `1.2 M`. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return missing;
  const prefixes = ['', ' k', ' M', ' G', ' T', ' P'];
  let step = value === 0 ? 0 : Math.max(0, Math.min(5, Math.floor(Math.log10(Math.abs(value)) / 3)));
  if (step < 5 && Math.abs(Number((value / 1000 ** step).toPrecision(3))) >= 1000) step++;
  return significant(value / 1000 ** step, 3) + prefixes[step]!;
}
export const formatBytes = (bytes: number): string =>
  Number.isFinite(bytes) ? formatCount(bytes) + (/[kMGTP]$/.test(formatCount(bytes)) ? 'B' : ' B') : missing;

/** ` %`, ` ms`; empty for pure numbers. */
export const unitSuffix = (unit: string): string => (unit === '' || unit === '1' ? '' : ` ${unit}`);
/** What a difference is counted in: ` points` for percentages. */
export const differenceSuffix = (unit: string): string => (unit === '%' ? ' points' : unitSuffix(unit));
/** `test error (%)` */
export const withUnit = (name: string, unit: string): string =>
  unit === '' || unit === '1' ? name : `${name} (${unit})`;
