import { createHash } from 'node:crypto';
import type { ContainerKind, PodLabels } from '../container-runtime.js';

/** Labels of containers and networks; they are all that a restarted agent goes by. */
export const label = {
  cluster: 'longshore.dev/cluster',
  node: 'longshore.dev/node',
  podUid: 'longshore.dev/pod-uid',
  podNamespace: 'longshore.dev/pod-namespace',
  podName: 'longshore.dev/pod-name',
  container: 'longshore.dev/container',
  kind: 'longshore.dev/kind',
  attempt: 'longshore.dev/attempt',
  sandboxAttempt: 'longshore.dev/sandbox-attempt',
  specHash: 'longshore.dev/spec-hash',
  /** Sandboxes only: which namespaces the pod's containers use, see sandbox-namespaces.ts. */
  namespaces: 'longshore.dev/namespaces',
} as const;

/** The node that everything made belongs to. */
export interface Owner {
  clusterId: string;
  nodeName: string;
}

export function ownerLabels({ clusterId, nodeName }: Owner): Record<string, string> {
  return { [label.cluster]: clusterId, [label.node]: nodeName };
}

export function podLabels(pod: PodLabels): Record<string, string> {
  return { [label.podUid]: pod.podUid, [label.podNamespace]: pod.podNamespace, [label.podName]: pod.podName };
}

/** The engine's label filter for what has all of `labels`. */
export function labelFilter(labels: Record<string, string>): string[] {
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`);
}

export function ownedBy({ clusterId, nodeName }: Owner, labels: Readonly<Record<string, string>>): boolean {
  return labels[label.cluster] === clusterId && labels[label.node] === nodeName;
}

/** Read back from a container's labels; undefined when they are not ours. */
export function parseLabels(labels: Readonly<Record<string, string>>): ParsedLabels | undefined {
  const { [label.podUid]: podUid, [label.podNamespace]: podNamespace, [label.podName]: podName, [label.kind]: kind } = labels;
  if (podUid === undefined || podNamespace === undefined || podName === undefined) return undefined;
  if (kind !== 'sandbox' && kind !== 'init' && kind !== 'app') return undefined;
  return {
    podUid,
    podNamespace,
    podName,
    kind,
    container: labels[label.container] ?? '',
    attempt: Number(labels[label.attempt] ?? 0),
    sandboxAttempt: Number(labels[label.sandboxAttempt] ?? 0),
    specHash: labels[label.specHash] ?? '',
  };
}

export interface ParsedLabels extends PodLabels {
  kind: 'sandbox' | ContainerKind;
  container: string;
  attempt: number;
  sandboxAttempt: number;
  specHash: string;
}

/** Names make creation idempotent: the engine refuses a second container of the same name. */
export function sandboxName(pod: PodLabels, attempt: number): string {
  return `longshore_POD_${pod.podName}_${pod.podNamespace}_${pod.podUid}_${attempt}`;
}

export function containerName(pod: PodLabels, name: string, sandboxAttempt: number, attempt: number): string {
  return `longshore_${name}_${pod.podName}_${pod.podNamespace}_${pod.podUid}_${sandboxAttempt}_${attempt}`;
}

export function networkName({ clusterId, nodeName }: Owner): string {
  return `longshore-${clusterId}-${nodeName}`;
}

/** Name of the node's bridge device: the kernel allows 15 characters. */
export function bridgeName(owner: Owner): string {
  return `lsh${createHash('sha256').update(networkName(owner)).digest('hex').slice(0, 8)}`;
}
