import type { Service } from '../../../lib/kubernetes/types/core-v1.js';
import { ageColumn, nameColumn } from '../define.js';
import type { PrinterColumn } from '../definition.js';

const none = '<none>';

export const serviceColumns: readonly PrinterColumn<Service>[] = [
  nameColumn,
  { name: 'Type', type: 'string', description: 'How the service is reached.', cell: ({ spec }) => spec.type ?? '' },
  {
    name: 'Cluster-IP',
    type: 'string',
    description: 'Its address inside the cluster.',
    cell: ({ spec }) => spec.clusterIP || none,
  },
  { name: 'External-IP', type: 'string', description: 'Where it is reached from outside.', cell: externalText },
  { name: 'Port(s)', type: 'string', description: 'Ports, with node ports.', cell: portsText },
  ageColumn,
  {
    name: 'Selector',
    type: 'string',
    priority: 1,
    description: 'Which pods answer.',
    cell: ({ spec }) =>
      Object.entries(spec.selector ?? {})
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => `${key}=${value}`)
        .join(',') || none,
  },
];

function externalText({ spec, status }: Service): string {
  if (spec.type === 'ExternalName') return spec.externalName || none;
  const external = [...(spec.externalIPs ?? [])];
  if (spec.type === 'LoadBalancer') {
    const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '');
    return [...ingress, ...external].join(',') || '<pending>';
  }
  return external.join(',') || none;
}

function portsText({ spec }: Service): string {
  const texts = (spec.ports ?? []).map(({ port, nodePort, protocol = 'TCP' }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return texts.join(',') || none;
}
