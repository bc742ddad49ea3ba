import type { Node, Taint } from '../../../lib/kubernetes/types/core-v1.js';
import { conditionOf, readinessOf } from './node-conditions.js';

export const notReadyTaint = 'node.kubernetes.io/not-ready';
export const unreachableTaint = 'node.kubernetes.io/unreachable';
const unschedulableTaint = 'node.kubernetes.io/unschedulable';

/** Conditions that keep new pods away while they are True. */
const pressureTaints: Readonly<Record<string, string>> = {
  MemoryPressure: 'node.kubernetes.io/memory-pressure',
  DiskPressure: 'node.kubernetes.io/disk-pressure',
  PIDPressure: 'node.kubernetes.io/pid-pressure',
  NetworkUnavailable: 'node.kubernetes.io/network-unavailable',
};

/** Whether a taint says that a node is lost, so that the brake holds the evictions that it causes. */
export function isLossTaint({ key, effect }: Taint): boolean {
  return effect === 'NoExecute' && (key === notReadyTaint || key === unreachableTaint);
}

export interface TaintRules {
  /**
   * 'follow': NoExecute taints follow the Ready condition. 'hold': it may be from before
   * this process started; they stay as they are. 'clear': the brake is on; there are none.
   */
  readonly eviction: 'follow' | 'hold' | 'clear';
  /** RFC 3339; becomes timeAdded of new taints. */
  readonly now: string;
}

/**
 * The taints that a node's conditions and spec.unschedulable call for, in place of those
 * that they called for before; all other taints stay.
 * @returns undefined when they are as they should be
 */
export function computeTaints(node: Node, { eviction, now }: TaintRules): Taint[] | undefined {
  const current = node.spec.taints ?? [];
  const wanted = wantedTaints(node, eviction, current);
  const kept = current.filter((taint) => !isManaged(taint) || wanted.some((other) => isSame(taint, other)));
  const added = wanted.filter((taint) => !current.some((other) => isSame(taint, other)));
  if (added.length === 0 && kept.length === current.length) return undefined;
  return [...kept, ...added.map((taint) => ({ ...taint, timeAdded: now }))];
}

function wantedTaints(node: Node, eviction: TaintRules['eviction'], current: readonly Taint[]): Taint[] {
  const wanted: Taint[] = [];
  const readiness = readinessOf(node);
  const key = readiness === 'Unknown' ? unreachableTaint : notReadyTaint;
  if (readiness !== 'True') wanted.push({ key, effect: 'NoSchedule' });
  if (readiness !== 'True' && eviction === 'follow') wanted.push({ key, effect: 'NoExecute' });
  if (eviction === 'hold') wanted.push(...current.filter(isLossTaint).map((taint) => ({ key: taint.key, effect: taint.effect })));
  if (node.spec.unschedulable) wanted.push({ key: unschedulableTaint, effect: 'NoSchedule' });
  for (const [type, pressure] of Object.entries(pressureTaints)) {
    if (conditionOf(node, type)?.status === 'True') wanted.push({ key: pressure, effect: 'NoSchedule' });
  }
  return wanted;
}

function isManaged(taint: Taint): boolean {
  if (isLossTaint(taint)) return true;
  if (taint.effect !== 'NoSchedule') return false;
  const keys = [notReadyTaint, unreachableTaint, unschedulableTaint, ...Object.values(pressureTaints)];
  return keys.includes(taint.key);
}

function isSame(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect;
}
