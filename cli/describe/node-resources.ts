import { compareQuantities, formatQuantity, parseQuantity } from '../../lib/kubernetes/quantity.js';
import type { Container, PodSpec } from '../../lib/kubernetes/types/core-v1.js';

/** Quantities by resource: cpu, memory. */
type Resources = Record<string, string>;

/** What is asked for, and what may be used at most. */
export interface Amounts {
  requests: Resources;
  limits: Resources;
}

/**
 * What a pod takes of its node: all containers together with the sidecars, or the largest init
 * container with the sidecars before it, whichever is more; and the overhead. Pure.
 * Source: KEP-753.
 */
export function podRequests(spec: PodSpec): Amounts {
  const of = (which: 'requests' | 'limits'): Resources => {
    let sidecars: Resources = {};
    let starting: Resources = {};
    for (const container of spec.initContainers ?? []) {
      const own = amountOf(container, which);
      starting = largest(starting, sum(sidecars, own));
      if (container.restartPolicy === 'Always') sidecars = sum(sidecars, own);
    }
    const running = spec.containers.reduce((total, container) => sum(total, amountOf(container, which)), sidecars);
    return sum(largest(starting, running), spec.overhead ?? {});
  };
  return { requests: of('requests'), limits: of('limits') };
}

export function addResources(a: Amounts, b: Amounts): Amounts {
  return { requests: sum(a.requests, b.requests), limits: sum(a.limits, b.limits) };
}

/** An amount and its share of what there is: 250m (12%). */
export function renderAmount(name: string, amounts: Resources, whole: Resources): string {
  const amount = amounts[name] ?? '0';
  const all = whole[name];
  if (all === undefined) return amount;
  const share = parseQuantity(all).nanos === 0n ? 0n : (parseQuantity(amount).nanos * 100n) / parseQuantity(all).nanos;
  return `${amount} (${share}%)`;
}

function amountOf({ resources }: Container, which: 'requests' | 'limits'): Resources {
  const { requests = {}, limits = {} } = resources ?? {};
  return which === 'limits' ? limits : { ...limits, ...requests };
}

function sum(a: Resources, b: Resources): Resources {
  return combine(a, b, (left, right) => {
    const [first, second] = [parseQuantity(left), parseQuantity(right)];
    return formatQuantity({ nanos: first.nanos + second.nanos, format: first.nanos === 0n ? second.format : first.format });
  });
}

function largest(a: Resources, b: Resources): Resources {
  return combine(a, b, (left, right) => (compareQuantities(left, right) >= 0 ? left : right));
}

function combine(a: Resources, b: Resources, join: (left: string, right: string) => string): Resources {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(names.map((name) => [name, join(a[name] ?? '0', b[name] ?? '0')]));
}
