import type { Endpoint, EndpointSlice } from '../../../lib/kubernetes/types/discovery-v1.js';
import { invalid, notSupported, required, type FieldCause } from '../causes.js';
import { ageColumn, defineResource, nameColumn } from '../define.js';
import { validateReachableIp } from '../validation/addresses.js';
import { validateName } from '../validation/object-meta.js';
import { validatePort } from '../validation/numbers.js';

const shown = 3;
const maxEndpoints = 1000;
/** An endpoint is one thing that may have several addresses. */
const maxAddresses = 100;
const addressTypes = ['IPv4', 'IPv6', 'FQDN'];

export const endpointSliceDefinition = defineResource<EndpointSlice>({
  group: 'discovery.k8s.io',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  schemaType: 'discovery.v1.EndpointSlice',
  columns: [
    nameColumn,
    { name: 'AddressType', type: 'string', description: 'Kind of its addresses.', cell: ({ addressType }) => addressType },
    { name: 'Ports', type: 'string', description: 'Ports of all its endpoints.', cell: portsText },
    { name: 'Endpoints', type: 'string', description: 'Addresses of its endpoints.', cell: endpointsText },
    ageColumn,
  ],
  generationOf: ({ endpoints, ports }) => ({ endpoints, ports }),
  defaults: ({ ports }) => {
    for (const port of ports ?? []) {
      port.name ??= '';
      port.protocol ||= 'TCP';
    }
  },
  validate: (slice, previous) => [
    ...validateAddressType(slice, previous),
    ...(slice.endpoints ?? []).flatMap((endpoint, index) => validateEndpoint(endpoint, slice.addressType, `endpoints[${index}]`)),
    ...((slice.endpoints ?? []).length > maxEndpoints
      ? [invalid('endpoints', slice.endpoints?.length, `must have at most ${maxEndpoints} items`)]
      : []),
    ...(slice.ports ?? []).flatMap((port, index) =>
      port.port === undefined ? [] : validatePort(port.port, `ports[${index}].port`),
    ),
  ],
});

function validateAddressType(slice: EndpointSlice, previous: EndpointSlice | undefined): FieldCause[] {
  if (!slice.addressType) return [required('addressType')];
  if (!addressTypes.includes(slice.addressType)) return [notSupported('addressType', slice.addressType, addressTypes)];
  if (previous && previous.addressType !== slice.addressType) {
    return [invalid('addressType', slice.addressType, 'field is immutable')];
  }
  return [];
}

function validateEndpoint(endpoint: Endpoint, addressType: string, field: string): FieldCause[] {
  const addresses = endpoint.addresses ?? [];
  if (addresses.length === 0) return [required(`${field}.addresses`, 'must contain at least 1 address')];
  if (addresses.length > maxAddresses) {
    return [invalid(`${field}.addresses`, addresses.length, `must have at most ${maxAddresses} items`)];
  }
  return addresses.flatMap((address, index) => {
    const at = `${field}.addresses[${index}]`;
    if (addressType === 'IPv4' || addressType === 'IPv6') return validateReachableIp(address, at, addressType);
    return addressType === 'FQDN' ? validateName(address, 'subdomain', at) : [];
  });
}

function portsText({ ports = [] }: EndpointSlice): string {
  return listText(ports.map((port) => (port.port === undefined ? '*' : String(port.port))));
}

function endpointsText({ endpoints = [] }: EndpointSlice): string {
  return listText(endpoints.flatMap((endpoint) => endpoint.addresses));
}

function listText(items: readonly string[]): string {
  if (items.length === 0) return '<unset>';
  const more = items.length - shown;
  return items.slice(0, shown).join(',') + (more > 0 ? ` + ${more} more...` : '');
}
