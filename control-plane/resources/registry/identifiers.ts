import { randomInt, randomUUID } from 'node:crypto';

/** Kubernetes' alphabet for generated names: no vowels, nothing that looks like something else. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Where uids, generated names and random picks come from. */
export interface Identifiers {
  uid(): string;
  suffix(length: number): string;
  /** An integer in [0, bound). */
  int(bound: number): number;
}

/** @param random uniform in [0, 1), for reproducible tests; default the system's cryptographic source */
export function createIdentifiers(random?: () => number): Identifiers {
  const int = random ? (bound: number) => Math.floor(random() * bound) : (bound: number) => randomInt(bound);
  const characters = (from: string, length: number): string =>
    Array.from({ length }, () => from.charAt(int(from.length))).join('');
  const hex = (length: number): string => characters('0123456789abcdef', length);
  return {
    int,
    suffix: (length) => characters(alphabet, length),
    uid: random ? () => `${hex(8)}-${hex(4)}-4${hex(3)}-${characters('89ab', 1)}${hex(3)}-${hex(12)}` : () => randomUUID(),
  };
}
