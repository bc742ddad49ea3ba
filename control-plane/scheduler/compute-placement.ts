import { passes, type Filter, type Reasons } from './filters/filter.js';
import { filters as allFilters } from './filters/filters.js';
import type { ClusterView } from './model/cluster-cache.js';
import type { NodeInfo } from './model/node-info.js';
import type { PodInfo } from './model/pod-info.js';
import { scorers as allScorers } from './scorers/scorers.js';
import type { Scorer } from './scorers/scorer.js';

export type Placement =
  | { readonly kind: 'placed'; readonly nodeName: string }
  | {
      readonly kind: 'unschedulable';
      /** In Kubernetes' words, for the pod's condition and event. */
      readonly message: string;
      /** The filters that turned nodes away; none when there are no nodes. */
      readonly rejectedBy: readonly Filter[];
    };

export interface PlacementOptions {
  readonly filters?: readonly Filter[];
  readonly scorers?: readonly Scorer[];
  /** Uniform in [0, 1); decides between nodes that are equally good. */
  readonly random: () => number;
}

/** The best node for a pod, or why there is none. Pure but for `random`. */
export function computePlacement(pod: PodInfo, cluster: ClusterView, options: PlacementOptions): Placement {
  const { filters = allFilters, scorers = allScorers, random } = options;
  if (cluster.nodes.length === 0) {
    return { kind: 'unschedulable', message: 'no nodes available to schedule pods', rejectedBy: [] };
  }
  const { feasible, rejections } = filterNodes(pod, cluster, filters);
  const [only] = feasible;
  if (!only) {
    return {
      kind: 'unschedulable',
      message: renderMessage(rejections),
      rejectedBy: [...new Set(rejections.map(({ filter }) => filter))],
    };
  }
  const nodeName = feasible.length === 1 ? only.name : bestNode(pod, feasible, cluster, scorers, random).name;
  return { kind: 'placed', nodeName };
}

interface Rejection {
  readonly filter: Filter;
  readonly reasons: Reasons;
}

function filterNodes(
  pod: PodInfo,
  cluster: ClusterView,
  filters: readonly Filter[],
): { feasible: NodeInfo[]; rejections: Rejection[] } {
  const checks = filters.flatMap((filter) => {
    const check = filter.prepare(pod, cluster);
    return check ? [{ filter, check }] : [];
  });
  const feasible: NodeInfo[] = [];
  const rejections: Rejection[] = [];
  for (const node of cluster.nodes) {
    const rejection = firstRejection(node, checks);
    if (rejection) rejections.push(rejection);
    else feasible.push(node);
  }
  return { feasible, rejections };
}

function firstRejection(
  node: NodeInfo,
  checks: readonly { filter: Filter; check: (node: NodeInfo) => Reasons }[],
): Rejection | undefined {
  for (const { filter, check } of checks) {
    const reasons = check(node);
    if (reasons !== passes) return { filter, reasons };
  }
  return undefined;
}

/** `0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu.` */
function renderMessage(rejections: readonly Rejection[]): string {
  const counts = new Map<string, number>();
  for (const { reasons } of rejections) {
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const counted = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${rejections.length} nodes are available: ${counted.join(', ')}.`;
}

function bestNode(
  pod: PodInfo,
  feasible: readonly NodeInfo[],
  cluster: ClusterView,
  scorers: readonly Scorer[],
  random: () => number,
): NodeInfo {
  const opinions = scorers.flatMap((scorer) => {
    const score = scorer.prepare(pod, feasible, cluster);
    return score ? [(node: NodeInfo) => scorer.weight * score(node)] : [];
  });
  let best: NodeInfo[] = [];
  let bestScore = -Infinity;
  for (const node of feasible) {
    // Rounded, so that equally good nodes do not differ by the last bit of a float.
    const score = Math.round(1e6 * opinions.reduce((total, opinion) => total + opinion(node), 0));
    if (score > bestScore) {
      best = [];
      bestScore = score;
    }
    if (score === bestScore) best.push(node);
  }
  const chosen = best[Math.floor(random() * best.length)] ?? feasible[0];
  if (!chosen) throw new Error('bestNode was called without nodes');
  return chosen;
}
