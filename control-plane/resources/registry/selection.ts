import type { KubeObject } from '../client.js';

/** Which objects a list or watch is about. */
export interface Selection {
  /** True when every object matches: then nobody needs to decode objects to filter them. */
  readonly everything: boolean;
  matches(object: KubeObject): boolean;
}

export const everything: Selection = { everything: true, matches: () => true };

export function both(first: Selection, second: Selection): Selection {
  if (first.everything) return second;
  if (second.everything) return first;
  return { everything: false, matches: (object) => first.matches(object) && second.matches(object) };
}
