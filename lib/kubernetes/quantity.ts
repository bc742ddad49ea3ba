import { LongshoreError } from '../errors/errors.js';

/** How a quantity was written, and so how it is written again. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** An exact amount. Kubernetes keeps nothing finer than a nano; what is finer is rounded up. */
export interface Quantity {
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

const NANO = 1_000_000_000n;
/** Kubernetes' largest amount, 2^63 - 1; larger ones are capped to it. */
const MAX_NANOS = ((1n << 63n) - 1n) * NANO;
const MAX_DIGITS = 64;

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(|[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,3})$/;
const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/**
 * A Kubernetes quantity: `1500m`, `0.5`, `128Mi`, `12e6`. JSON numbers are read as their text.
 * Source: k8s.io/apimachinery/pkg/api/resource.
 * @throws LongshoreError InvalidArgument
 */
export function parseQuantity(text: string | number): Quantity {
  const written = String(text);
  const match = pattern.exec(written);
  if (!match) throw invalid(written);
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  if (whole === '' && fraction === '') throw invalid(written);
  if (whole.length + fraction.length > MAX_DIGITS) throw invalid(written);

  const { base, exponent, format } = readSuffix(suffix);
  const factor = base ** BigInt(Math.abs(exponent));
  let numerator = BigInt(whole + fraction) * NANO;
  let denominator = 10n ** BigInt(fraction.length);
  if (exponent >= 0) numerator *= factor;
  else denominator *= factor;
  const magnitude = ceilDivide(numerator, denominator);
  const nanos = magnitude > MAX_NANOS ? MAX_NANOS : magnitude;
  return { nanos: sign === '-' ? -nanos : nanos, format };
}

/** Whether `text` is a quantity. */
export function isQuantity(text: string | number): boolean {
  try {
    parseQuantity(text);
    return true;
  } catch (thrown) {
    if (thrown instanceof LongshoreError) return false;
    throw thrown;
  }
}

/** Thousandths of the amount, rounded up (away from zero): `250m` is 250, `1n` is 1. */
export function cpuMillis(quantity: string | number): number {
  return scaled(quantity, NANO / 1000n);
}

/** Whole units of the amount, rounded up (away from zero): bytes of memory and storage, and counts. */
export function bytes(quantity: string | number): number {
  return scaled(quantity, NANO);
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compareQuantities(a: string | number, b: string | number): number {
  const difference = parseQuantity(a).nanos - parseQuantity(b).nanos;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/**
 * The canonical text: no fractional digits, the largest suffix that loses nothing, in the
 * format in which it was written. `1.5` is `1500m`, `1024Mi` is `1Gi`, `0.5Gi` is `512Mi`.
 */
export function canonicalQuantity(quantity: string | number): string {
  return formatQuantity(parseQuantity(quantity));
}

/** {@link canonicalQuantity} of an amount already parsed. */
export function formatQuantity(quantity: Quantity): string {
  const { nanos, format } = quantity;
  if (nanos === 0n) return '0';
  const sign = nanos < 0n ? '-' : '';
  const magnitude = nanos < 0n ? -nanos : nanos;
  // What binary suffixes cannot say exactly, or say no better, is written in decimal, as Kubernetes does.
  if (format === 'BinarySI' && magnitude >= 1024n * NANO && magnitude % NANO === 0n) {
    const { mantissa, steps } = divideOut(magnitude / NANO, 1024n, binarySuffixes.length - 1);
    return `${sign}${mantissa}${binarySuffixes[steps] ?? ''}`;
  }
  const { mantissa, steps } = divideOut(magnitude, 1000n, decimalSuffixes.length - 1);
  if (format !== 'DecimalExponent') return `${sign}${mantissa}${decimalSuffixes[steps] ?? ''}`;
  const exponent = (steps - 3) * 3;
  return exponent === 0 ? `${sign}${mantissa}` : `${sign}${mantissa}e${exponent}`;
}

function readSuffix(suffix: string): { base: bigint; exponent: number; format: QuantityFormat } {
  if (suffix.endsWith('i')) return { base: 1024n, exponent: binarySuffixes.indexOf(suffix), format: 'BinarySI' };
  if (/^[eE]./.test(suffix)) return { base: 10n, exponent: Number(suffix.slice(1)), format: 'DecimalExponent' };
  return { base: 10n, exponent: (decimalSuffixes.indexOf(suffix) - 3) * 3, format: 'DecimalSI' };
}

function divideOut(value: bigint, base: bigint, maxSteps: number): { mantissa: bigint; steps: number } {
  let mantissa = value;
  let steps = 0;
  while (steps < maxSteps && mantissa % base === 0n) {
    mantissa /= base;
    steps++;
  }
  return { mantissa, steps };
}

function scaled(quantity: string | number, nanosPerUnit: bigint): number {
  const { nanos } = parseQuantity(quantity);
  return Number(nanos < 0n ? -ceilDivide(-nanos, nanosPerUnit) : ceilDivide(nanos, nanosPerUnit));
}

function ceilDivide(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

function invalid(written: string): LongshoreError {
  return new LongshoreError(
    'InvalidArgument',
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    { fields: { quantity: written } },
  );
}
