import type { Node } from '../../../lib/kubernetes/types/core-v1.js';
import { duplicate, required, type FieldCause } from '../causes.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';

const rolePrefix = 'node-role.kubernetes.io/';

export const nodeDefinition = defineResource<Node>({
  group: '',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  schemaType: 'core.v1.Node',
  status: true,
  columns: [
    nameColumn,
    { name: 'Status', type: 'string', description: 'Whether the node takes and runs pods.', cell: statusText },
    { name: 'Roles', type: 'string', description: 'What the node is for.', cell: rolesText },
    ageColumn,
    info('Version', 0, (node) => node.status?.nodeInfo?.kubeletVersion),
    info('Internal-IP', 1, (node) => addressText(node, 'InternalIP')),
    info('External-IP', 1, (node) => addressText(node, 'ExternalIP')),
    info('OS-Image', 1, (node) => node.status?.nodeInfo?.osImage || '<unknown>'),
    info('Kernel-Version', 1, (node) => node.status?.nodeInfo?.kernelVersion || '<unknown>'),
    info('Container-Runtime', 1, (node) => node.status?.nodeInfo?.containerRuntimeVersion || '<unknown>'),
  ],
  fieldSelectors: [{ path: 'spec.unschedulable', value: ({ spec }) => String(spec.unschedulable === true) }],
  // A node registers itself complete: its first status is kept.
  prepareForCreate: () => undefined,
  validate: (node) => validateTaints(node),
  // No two nodes have the same pod addresses; freed with the Node.
  claims: ({ spec }) => (spec.podCIDR ? [`/ranges/podcidrs/${spec.podCIDR}`] : []),
});

function info(name: string, priority: number, read: (node: Node) => string | undefined) {
  return { name, type: 'string' as const, priority, description: `${name} of the node.`, cell: (node: Node) => read(node) ?? '' };
}

function statusText(node: Node): string {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  const texts = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'];
  if (node.spec.unschedulable) texts.push('SchedulingDisabled');
  return texts.join(',');
}

function rolesText(node: Node): string {
  const roles = Object.entries(node.metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) return [key.slice(rolePrefix.length)];
    return key === 'kubernetes.io/role' && value ? [value] : [];
  });
  return roles.length > 0 ? roles.sort().join(',') : '<none>';
}

function addressText(node: Node, type: string): string {
  return node.status?.addresses?.find((address) => address.type === type)?.address ?? '<none>';
}

function validateTaints(node: Node): FieldCause[] {
  const seen = new Set<string>();
  return (node.spec.taints ?? []).flatMap((taint, index) => {
    const field = `spec.taints[${index}]`;
    const causes: FieldCause[] = [];
    if (!taint.key) causes.push(required(`${field}.key`));
    if (!taint.effect) causes.push(required(`${field}.effect`));
    const identity = `${taint.key}:${taint.effect}`;
    if (seen.has(identity)) causes.push(duplicate(field, taint));
    seen.add(identity);
    return causes;
  });
}
