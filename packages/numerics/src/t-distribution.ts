/**
 * Student's t distribution for any positive number of degrees of freedom, through the incomplete beta function
 * I_x(df/2, ½) by its continued fraction (DLMF 8.17.22, evaluated by Lentz's method). Absolute error below 1e-12.
 */
import { ApicalError } from '@apical/core';

/** ln Γ(a + ½) − ln Γ(a): asymptotic series from a = 16 up (cut off at 3e-14), recurrence below. */
function logGammaStep(a: number): number {
  let shift = 0;
  while (a < 16) {
    shift += Math.log(a / (a + 0.5));
    a += 1;
  }
  const y = 1 / (a * a);
  const series = (-1 / 8 + y * (1 / 192 + y * (-1 / 640 + y * (17 / 14336 - (y * 31) / 18432)))) / a;
  return shift + 0.5 * Math.log(a) + series;
}

/** Continued fraction of I_x(a, b) · a B(a, b) / (xᵃ (1 − x)ᵇ); converges fast for x < (a + 1) / (a + b + 2). */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const guarded = (v: number): number => (Math.abs(v) < tiny ? tiny : v);
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 20000; m++) {
    for (const term of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / guarded(1 + term * d);
      c = guarded(1 + term / c);
      result *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return result;
}

/** P(T > |t|). */
function upperTail(t: number, df: number): number {
  const square = t * t;
  if (square === Infinity) return 0;
  const a = df / 2;
  // x = df / (df + t²) and its complement, neither by subtraction.
  const x = 1 / (1 + square / df);
  const y = square / df / (1 + square / df);
  const logBeta = 0.5 * Math.log(Math.PI) - logGammaStep(a);
  const front = Math.exp(-a * Math.log1p(square / df) + 0.5 * Math.log(y) - logBeta);
  if (x < (a + 1) / (a + 2.5)) return (0.5 * front * betaFraction(x, a, 0.5)) / a;
  return 0.5 - front * betaFraction(y, 0.5, a);
}
function check(df: number): void {
  if (!(df > 0))
    throw new ApicalError(
      'APICAL_STATISTICS',
      `t distribution with ${df} degrees of freedom; give more than 0`,
    );
}
/** P(T ≤ t). NaN for NaN. */
export function tCdf(t: number, df: number): number {
  check(df);
  if (Number.isNaN(t)) return NaN;
  if (t === 0) return 0.5;
  const tail = upperTail(t, df);
  return t > 0 ? 1 - tail : tail;
}
/** The t with P(T ≤ t) = p, for p in (0, 1); ∓∞ at 0 and 1. */
export function tQuantile(p: number, df: number): number {
  check(df);
  if (!(p >= 0 && p <= 1))
    throw new ApicalError('APICAL_STATISTICS', `quantile ${p}; give a number from 0 to 1`);
  if (p === 0.5) return 0;
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  const tail = Math.min(p, 1 - p);
  let low = 0;
  let high = 1;
  while (upperTail(high, df) > tail && high < 1e300) [low, high] = [high, high * 2];
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (upperTail(middle, df) > tail) low = middle;
    else high = middle;
  }
  return p < 0.5 ? -high : high;
}
