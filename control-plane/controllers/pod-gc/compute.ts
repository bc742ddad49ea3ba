import type { Lease } from '../../../lib/kubernetes/types/coordination-v1.js';
import type { Node, Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { isPodTerminal } from '../objects/pod-state.js';

const outOfServiceTaint = 'node.kubernetes.io/out-of-service';

export interface PodGarbageSnapshot {
  readonly pods: readonly Pod[];
  readonly leases: readonly Lease[];
  node(name: string): Node | undefined;
  /** Whether a node has been away for so long that it is not just registering again. */
  isGone(nodeName: string): boolean;
  /** Finished pods that are kept. */
  readonly terminatedThreshold: number;
}

export type PodGarbageReason = 'NodeGone' | 'NodeOutOfService' | 'TerminatingUnscheduled' | 'TooManyTerminated';

export interface PodGarbage {
  readonly pods: readonly { pod: Pod; reason: PodGarbageReason }[];
  /** Leases of nodes that are gone. */
  readonly leases: readonly Lease[];
  /** Nodes that pods or leases name and that are not there; they are gone if they stay away. */
  readonly missingNodes: ReadonlySet<string>;
}

/** Pods that nobody else will ever finish off. Source: Kubernetes' podgc. */
export function computePodGarbage(snapshot: PodGarbageSnapshot): PodGarbage {
  const found: { pod: Pod; reason: PodGarbageReason }[] = [];
  const missingNodes = new Set<string>();
  const kept: Pod[] = [];
  for (const pod of snapshot.pods) {
    const reason = reasonOf(pod, snapshot, missingNodes);
    if (reason) found.push({ pod, reason });
    else if (isPodTerminal(pod)) kept.push(pod);
  }
  kept.sort((a, b) => Number(isEvicted(b)) - Number(isEvicted(a)) || createdMs(a) - createdMs(b));
  for (const pod of kept.slice(0, Math.max(0, kept.length - snapshot.terminatedThreshold))) {
    found.push({ pod, reason: 'TooManyTerminated' });
  }
  const leases = snapshot.leases.filter(({ metadata }) => {
    if (snapshot.node(metadata.name)) return false;
    missingNodes.add(metadata.name);
    return snapshot.isGone(metadata.name);
  });
  return { pods: found, leases, missingNodes };
}

function reasonOf(pod: Pod, snapshot: PodGarbageSnapshot, missingNodes: Set<string>): PodGarbageReason | undefined {
  const { nodeName } = pod.spec;
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  if (!nodeName) return terminating ? 'TerminatingUnscheduled' : undefined;
  const node = snapshot.node(nodeName);
  if (!node) {
    missingNodes.add(nodeName);
    return snapshot.isGone(nodeName) ? 'NodeGone' : undefined;
  }
  const outOfService = node.spec.taints?.some(({ key }) => key === outOfServiceTaint) ?? false;
  const ready = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  return terminating && outOfService && !ready ? 'NodeOutOfService' : undefined;
}

function isEvicted(pod: Pod): boolean {
  return pod.status?.reason === 'Evicted';
}

function createdMs(pod: Pod): number {
  return Date.parse(pod.metadata.creationTimestamp ?? '') || 0;
}
