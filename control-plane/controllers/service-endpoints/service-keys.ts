import { isDeepStrictEqual } from 'node:util';

import type { Pod, Service } from '../../../lib/kubernetes/types/core-v1.js';
import { keyOf, type Informer } from '../../resources/client.js';
import { isPodReady, isPodTerminal } from '../objects/pod-state.js';
import { selects } from './selected-pods.js';

/** Keys of the services whose endpoints a change of a pod may change: none for most of a pod's status updates. */
export function servicesTouchedBy(services: Informer<Service>, current: Pod | undefined, previous: Pod | undefined): string[] {
  const namespace = (current ?? previous)?.metadata.namespace ?? '';
  if (current && previous && current.metadata.uid === previous.metadata.uid) {
    const before = relevantPart(previous);
    if (isDeepStrictEqual(relevantPart(current), before)) return [];
  }
  return services
    .list(namespace)
    .filter((service) => selects(service, current?.metadata.labels) || selects(service, previous?.metadata.labels))
    .map(keyOf);
}

function relevantPart(pod: Pod): unknown {
  const { spec, status, metadata } = pod;
  return [
    metadata.labels,
    metadata.deletionTimestamp !== undefined,
    spec.nodeName,
    status?.podIPs ?? status?.podIP,
    isPodReady(pod),
    isPodTerminal(pod),
  ];
}
