import type { Endpoints, EndpointSubset } from '../../../lib/kubernetes/types/core-v1.js';
import { type FieldCause } from '../causes.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';
import { validateReachableIp } from '../validation/addresses.js';
import { validatePort } from '../validation/numbers.js';

/** How many endpoints a table names before it only counts. */
const shown = 3;

export const endpointsDefinition = defineResource<Endpoints>({
  group: '',
  kind: 'Endpoints',
  plural: 'endpoints',
  shortNames: ['ep'],
  schemaType: 'core.v1.Endpoints',
  columns: [
    nameColumn,
    {
      name: 'Endpoints',
      type: 'string',
      description: 'Where ready pods answer.',
      cell: ({ subsets }) => endpointsText(subsets ?? []),
    },
    ageColumn,
  ],
  defaults: ({ subsets }) => {
    for (const port of (subsets ?? []).flatMap((subset) => subset.ports ?? [])) port.protocol ||= 'TCP';
  },
  validate: ({ subsets }) => (subsets ?? []).flatMap((subset, index) => validateSubset(subset, `subsets[${index}]`)),
});

function endpointsText(subsets: readonly EndpointSubset[]): string {
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map((address) => address.ip)
      : ports.flatMap((port) => addresses.map((address) => `${address.ip}:${port.port}`)),
  );
  if (all.length === 0) return '<none>';
  const more = all.length - shown;
  return all.slice(0, shown).join(',') + (more > 0 ? ` + ${more} more...` : '');
}

function validateSubset({ addresses = [], notReadyAddresses = [], ports = [] }: EndpointSubset, field: string): FieldCause[] {
  const bad = (list: typeof addresses, at: string): FieldCause[] =>
    list.flatMap(({ ip }, index) => validateReachableIp(ip, `${field}.${at}[${index}].ip`));
  return [
    ...bad(addresses, 'addresses'),
    ...bad(notReadyAddresses, 'notReadyAddresses'),
    ...ports.flatMap((port, index) => validatePort(port.port, `${field}.ports[${index}].port`)),
  ];
}
