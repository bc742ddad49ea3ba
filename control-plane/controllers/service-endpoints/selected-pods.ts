import type { Pod, Service } from '../../../lib/kubernetes/types/core-v1.js';
import type { Labels } from '../../../lib/kubernetes/label-selector.js';
import { isPodTerminal } from '../objects/pod-state.js';

/**
 * Whether the controllers keep the endpoints of `service`. Without a selector they are
 * somebody else's, and an ExternalName has none.
 */
export function hasManagedEndpoints(service: Service): boolean {
  return Object.keys(service.spec?.selector ?? {}).length > 0 && service.spec?.type !== 'ExternalName';
}

export function selects(service: Service, labels: Labels | undefined): boolean {
  const selector = Object.entries(service.spec?.selector ?? {});
  return (
    selector.length > 0 &&
    selector.every(([key, value]) => labels !== undefined && Object.hasOwn(labels, key) && labels[key] === value)
  );
}

/** The pods that have an address and are behind `service`, by name. */
export function selectedPods(service: Service, pods: readonly Pod[]): Pod[] {
  const found = pods.filter((pod) => pod.status?.podIP && !isPodTerminal(pod) && selects(service, pod.metadata.labels));
  return found.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

export function isHeadless(service: Service): boolean {
  return service.spec?.clusterIP === 'None';
}

/** The name that DNS shall give the pod under the service; undefined when it has none there. */
export function endpointHostname(service: Service, pod: Pod): string | undefined {
  const { hostname, subdomain } = pod.spec;
  return hostname && subdomain === service.metadata.name ? hostname : undefined;
}
