import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import type { Service } from '../../../lib/kubernetes/types/core-v1.js';
import type { Endpoint, EndpointSlice } from '../../../lib/kubernetes/types/discovery-v1.js';
import { controllerOf, controllerReference, uidOf } from '../objects/owner-references.js';
import type { TargetPort } from '../service-endpoints/target-ports.js';
import { sliceLabels } from './slice-labels.js';

/** Endpoints in one slice, as Kubernetes' default. */
export const endpointsPerSlice = 100;

export interface EndpointGroup {
  readonly key: string;
  readonly addressType: string;
  readonly ports: readonly TargetPort[];
  readonly endpoints: Endpoint[];
}

export interface SlicePlan {
  readonly create: readonly EndpointSlice[];
  /** With the resourceVersion that was read. */
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}

/** Slices of one address family and one set of ports belong together. */
export function groupKey(addressType: string, ports: readonly Partial<TargetPort>[]): string {
  const parts = ports.map(
    ({ name = '', port, protocol, appProtocol = '' }) => `${name},${port ?? 0},${protocol ?? ''},${appProtocol}`,
  );
  return [addressType, ...parts.sort()].join(';');
}

/**
 * Places endpoints in slices with few writes: an endpoint stays in the slice where it is;
 * new ones fill slices that change anyway, then others with room, then slices that nobody
 * needs any longer, then new ones; a slice that becomes empty goes, unless it is the only
 * one of its group.
 */
export function packSlices(service: Service, groups: readonly EndpointGroup[], slices: readonly EndpointSlice[]): SlicePlan {
  // A slice of a deleted service of the same name is of no use to this one.
  const own = slices.filter((slice) => controllerOf(slice)?.uid === service.metadata.uid);
  const unused = new Set(slices);
  const desired: { before: EndpointSlice; endpoints: Endpoint[]; ports: readonly TargetPort[] }[] = [];
  const added: { group: EndpointGroup; endpoints: Endpoint[] }[] = [];
  for (const group of groups) {
    const packed = packGroup(
      group,
      own.filter((slice) => groupKey(slice.addressType, slice.ports ?? []) === group.key),
    );
    for (const { slice, endpoints } of packed.kept) {
      unused.delete(slice);
      desired.push({ before: slice, endpoints, ports: group.ports });
    }
    added.push(...packed.added.map((endpoints) => ({ group, endpoints })));
  }
  const taken = new Set(slices.map((slice) => slice.metadata.name));
  const create: EndpointSlice[] = [];
  for (const { group, endpoints } of added) {
    const before = own.find((slice) => unused.has(slice) && slice.addressType === group.addressType);
    if (before) desired.push({ before, endpoints, ports: group.ports });
    else create.push(newSlice(service, group, endpoints, taken));
    if (before) unused.delete(before);
  }
  const labels = sliceLabels(service);
  const update = desired.flatMap(({ before, endpoints, ports }) => {
    const samePorts = groupKey('', ports) === groupKey('', before.ports ?? []);
    const same =
      samePorts && isDeepStrictEqual(endpoints, before.endpoints ?? []) && isDeepStrictEqual(labels, before.metadata.labels);
    if (same) return [];
    const metadata = { ...before.metadata, labels };
    return [{ ...before, metadata, endpoints, ...(!samePorts && { ports: ports.map((port) => ({ ...port })) }) }];
  });
  return { create, update, remove: [...unused] };
}

interface PackedGroup {
  readonly kept: { slice: EndpointSlice; endpoints: Endpoint[]; changed: boolean }[];
  readonly added: Endpoint[][];
}

function packGroup(group: EndpointGroup, slices: readonly EndpointSlice[]): PackedGroup {
  const wanted = new Map(group.endpoints.map((endpoint) => [identity(endpoint), endpoint]));
  const kept = slices.map((slice) => {
    const before = slice.endpoints ?? [];
    const endpoints: Endpoint[] = [];
    for (const endpoint of before) {
      const next = wanted.get(identity(endpoint));
      // Found a second time, it is a duplicate that a race has left behind.
      if (!next || !wanted.delete(identity(endpoint))) continue;
      endpoints.push(next);
    }
    return { slice, endpoints, changed: !isDeepStrictEqual(before, endpoints) };
  });
  const left = [...wanted.values()];
  for (const target of [...kept].sort(
    (a, b) => Number(b.changed) - Number(a.changed) || b.endpoints.length - a.endpoints.length,
  )) {
    if (left.length === 0) break;
    target.endpoints.push(...left.splice(0, endpointsPerSlice - target.endpoints.length));
  }
  const added: Endpoint[][] = [];
  while (left.length > 0) added.push(left.splice(0, endpointsPerSlice));
  const full = kept.filter(({ endpoints }) => endpoints.length > 0);
  if (full.length > 0 || added.length > 0) return { kept: full, added };
  return kept.length > 0 ? { kept: kept.slice(0, 1), added } : { kept, added: [[]] };
}

/** What makes an endpoint the same one, whatever its conditions. */
function identity({ addresses, targetRef }: Endpoint): string {
  return `${targetRef?.uid ?? ''} ${addresses.join(',')}`;
}

/**
 * Its name follows from the service, the group and the first free number, so that a second
 * create from the same (stale) cache is refused as AlreadyExists.
 */
function newSlice(service: Service, group: EndpointGroup, endpoints: Endpoint[], taken: Set<string>): EndpointSlice {
  const { name, namespace } = service.metadata;
  let sliceName = '';
  for (let number = 0; sliceName === '' || taken.has(sliceName); number++) {
    sliceName = `${name}-${suffix(`${uidOf(service)} ${group.key} ${number}`)}`;
  }
  taken.add(sliceName);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: sliceName,
      ...(namespace !== undefined && { namespace }),
      labels: sliceLabels(service),
      ownerReferences: [controllerReference(service)],
    },
    addressType: group.addressType,
    endpoints,
    ports: group.ports.map((port) => ({ ...port })),
  };
}

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Five characters as Kubernetes' generated names have them. */
function suffix(text: string): string {
  const digest = createHash('sha256').update(text).digest();
  return [...digest.subarray(0, 5)].map((byte) => alphabet.charAt(byte % alphabet.length)).join('');
}
