import type { EndpointSlice } from '../../../lib/kubernetes/types/discovery-v1.js';
import type { Node } from '../../../lib/kubernetes/types/core-v1.js';
import { keyOf, splitKey } from '../../resources/client.js';
import type { ControllerContext } from '../controller-context.js';
import { ControllerLoop } from '../controller-loop.js';
import { uidOf } from '../objects/owner-references.js';
import { hasManagedEndpoints } from '../service-endpoints/selected-pods.js';
import { servicesTouchedBy } from '../service-endpoints/service-keys.js';
import { computeSlices } from './compute.js';
import { managedBy, managedByLabel, serviceNameLabel } from './slice-labels.js';

/** Index of slices by the service that this controller keeps them for, `namespace/name`. */
const sliceIndex = 'managedForService';

/** Keeps the EndpointSlices of every service with a selector. Keys: Services. */
export function createEndpointSliceController(context: ControllerContext): ControllerLoop {
  const { resources } = context;
  const services = resources.informer('services');
  const pods = resources.informer('pods');
  const nodes = resources.informer('nodes');
  const slices = resources.informer('endpointslices.discovery.k8s.io', { indexes: { [sliceIndex]: managedServiceKey } });
  const client = resources.client('endpointslices.discovery.k8s.io');

  const remove = async ({ metadata }: EndpointSlice): Promise<void> => {
    await client.delete(metadata.namespace ?? '', metadata.name, { preconditions: { uid: uidOf({ metadata }) } });
  };

  return new ControllerLoop({
    ...context,
    name: 'endpoint-slice',
    informers: [services, pods, nodes, slices],
    watch: (loop) => [
      services.onChange((current, previous) => {
        const changed = current ?? previous;
        if (changed) loop.add(keyOf(changed));
      }),
      pods.onChange((current, previous) => servicesTouchedBy(services, current, previous).forEach((key) => loop.add(key))),
      nodes.onChange((current, previous) => {
        if (zoneOf(current) !== zoneOf(previous)) services.list().forEach((service) => loop.add(keyOf(service)));
      }),
      slices.onChange((current, previous) => {
        for (const slice of [current, previous]) {
          const key = slice && managedServiceKey(slice);
          if (key !== undefined) loop.add(key);
        }
      }),
    ],
    reconcile: async (key) => {
      const { namespace, name } = splitKey(key);
      const service = services.get(namespace, name);
      const existing = slices.byIndex(sliceIndex, key);
      if (!service) {
        for (const slice of existing) await remove(slice);
        return;
      }
      if (!hasManagedEndpoints(service) || service.metadata.deletionTimestamp !== undefined) return;
      const node = (nodeName: string): Node | undefined => nodes.get('', nodeName);
      const plan = computeSlices({ service, pods: pods.list(namespace), slices: existing, node });
      for (const slice of plan.update) await client.update(slice);
      for (const slice of plan.create) await client.create(slice);
      for (const slice of plan.remove) await remove(slice);
    },
  });
}

function managedServiceKey({ metadata }: EndpointSlice): string | undefined {
  const service = metadata.labels?.[serviceNameLabel];
  if (service === undefined || metadata.labels?.[managedByLabel] !== managedBy) return undefined;
  return `${metadata.namespace ?? ''}/${service}`;
}

function zoneOf(node: Node | undefined): string | undefined {
  return node?.metadata.labels?.['topology.kubernetes.io/zone'];
}
