import { systemClock } from '../../lib/clock/clock.js';
import type { Node } from '../../lib/kubernetes/types/core-v1.js';
import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { humanDuration } from '../../lib/text/human-duration.js';
import { type OutputOption, printOutput } from '../terminal/output.js';
import { renderTable } from '../terminal/table.js';
import { nodeStatus } from './node-status.js';

/** Prints the nodes: for people, or whole for programs. */
export async function listNodes(client: ApiClient, options: OutputOption, signal: AbortSignal): Promise<void> {
  const { items } = await client.nodes.list({}, signal);
  printOutput(items, options, (nodes) => renderNodes(nodes, systemClock.now()));
}

/** Pure. */
export function renderNodes(nodes: readonly Node[], nowMs: number): string {
  if (nodes.length === 0) return 'no nodes yet: longshore token create prints the command that adds a machine';
  const rows = nodes.map((node) => [
    node.metadata.name,
    nodeStatus(node),
    node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '-',
    node.spec.podCIDR ?? '-',
    humanDuration(nowMs - Date.parse(node.metadata.creationTimestamp ?? '')),
    (node.spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).join(' ') || '-',
  ]);
  return renderTable([['NAME', 'STATUS', 'ADDRESS', 'PODS', 'AGE', 'TAINTS'], ...rows]);
}
