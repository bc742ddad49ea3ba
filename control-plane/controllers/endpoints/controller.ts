import { isDeepStrictEqual } from 'node:util';

import type { Endpoints } from '../../../lib/kubernetes/types/core-v1.js';
import { keyOf, splitKey } from '../../resources/client.js';
import type { ControllerContext } from '../controller-context.js';
import { ControllerLoop } from '../controller-loop.js';
import { uidOf } from '../objects/owner-references.js';
import { hasManagedEndpoints } from '../service-endpoints/selected-pods.js';
import { servicesTouchedBy } from '../service-endpoints/service-keys.js';
import { computeEndpoints, managedBy, managedByLabel } from './compute.js';

/**
 * Keeps the Endpoints of every service with a selector, for clients that do not read
 * EndpointSlices. Keys: Services. The object has the service's name, so none is made twice.
 */
export function createEndpointsController(context: ControllerContext): ControllerLoop {
  const { resources } = context;
  const services = resources.informer('services');
  const pods = resources.informer('pods');
  const endpoints = resources.informer('endpoints');
  const client = resources.client('endpoints');

  return new ControllerLoop({
    ...context,
    name: 'endpoints',
    informers: [services, pods, endpoints],
    watch: (loop) => [
      services.onChange((current, previous) => {
        const changed = current ?? previous;
        if (changed) loop.add(keyOf(changed));
      }),
      pods.onChange((current, previous) => servicesTouchedBy(services, current, previous).forEach((key) => loop.add(key))),
      endpoints.onChange((current, previous) => {
        const changed = current ?? previous;
        if (changed) loop.add(keyOf(changed));
      }),
    ],
    reconcile: async (key) => {
      const { namespace, name } = splitKey(key);
      const service = services.get(namespace, name);
      const current = endpoints.get(namespace, name);
      if (!service) {
        if (current?.metadata.labels?.[managedByLabel] !== managedBy) return;
        await client.delete(namespace, name, { preconditions: { uid: uidOf(current) } });
        return;
      }
      if (!hasManagedEndpoints(service) || service.metadata.deletionTimestamp !== undefined) return;
      const wanted = computeEndpoints(service, pods.list(namespace));
      if (!current) await client.create(wanted);
      else if (!isSame(current, wanted)) await client.update(updated(current, wanted));
    },
  });
}

function isSame(current: Endpoints, wanted: Endpoints): boolean {
  return (
    isDeepStrictEqual(current.subsets ?? [], wanted.subsets ?? []) &&
    isDeepStrictEqual(current.metadata.labels, wanted.metadata.labels) &&
    isDeepStrictEqual(current.metadata.annotations, wanted.metadata.annotations)
  );
}

function updated(current: Endpoints, wanted: Endpoints): Endpoints {
  const metadata = { ...current.metadata, ...wanted.metadata };
  if (!wanted.metadata.annotations) delete metadata.annotations;
  return { ...wanted, metadata };
}
