/** What the conditions of all kinds have in common. */
export interface AnyCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/** `conditions` without those of `type`. */
export function withoutCondition<C extends AnyCondition>(conditions: readonly C[] | undefined, type: string): C[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}

/**
 * `conditions` with `next` in the place of the one of its type. lastTransitionTime is `now`
 * when the status differs from before, else it is kept. An unchanged condition is kept as it is.
 * @param now RFC 3339
 */
export function withCondition<C extends AnyCondition>(conditions: readonly C[] | undefined, next: C, now: string): C[] {
  const list = [...(conditions ?? [])];
  const index = list.findIndex((condition) => condition.type === next.type);
  const current = list[index];
  if (current === undefined) return [...list, { ...next, lastTransitionTime: now }];
  const same = current.status === next.status;
  if (same && current.reason === next.reason && current.message === next.message) return list;
  const lastTransitionTime = same ? (current.lastTransitionTime ?? now) : now;
  list[index] = { ...next, lastTransitionTime };
  return list;
}
