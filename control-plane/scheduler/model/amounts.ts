import { bytes, cpuMillis } from '../../../lib/kubernetes/quantity.js';

/** Amounts of resources by name: cpu in millicores, memory and storage in bytes, others in units. */
export type Amounts = ReadonlyMap<string, number>;

export const noAmounts: Amounts = new Map();

/** Rounds every quantity up, as the scheduler of Kubernetes does. */
export function amountsOf(quantities: Readonly<Record<string, string>> | undefined): Amounts {
  return new Map(
    Object.entries(quantities ?? {}).map(([name, quantity]) => [name, name === 'cpu' ? cpuMillis(quantity) : bytes(quantity)]),
  );
}

/** For every resource the sum. */
export function sum(...several: readonly Amounts[]): Amounts {
  return combine(several, (a, b) => a + b);
}

/** For every resource the largest. */
export function largest(...several: readonly Amounts[]): Amounts {
  return combine(several, Math.max);
}

/** `total` without `part`; what reaches zero is dropped. */
export function subtract(total: Amounts, part: Amounts): Amounts {
  const result = new Map(total);
  for (const [name, amount] of part) {
    const rest = (result.get(name) ?? 0) - amount;
    if (rest === 0) result.delete(name);
    else result.set(name, rest);
  }
  return result;
}

function combine(several: readonly Amounts[], merge: (a: number, b: number) => number): Amounts {
  const result = new Map<string, number>();
  for (const amounts of several) {
    for (const [name, amount] of amounts) {
      const known = result.get(name);
      result.set(name, known === undefined ? amount : merge(known, amount));
    }
  }
  return result;
}
