import type { Namespace } from '../../../lib/kubernetes/types/core-v1.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { ControllerContext } from '../controller-context.js';
import { ControllerLoop } from '../controller-loop.js';
import { isNamespaceGoing } from '../objects/going-namespace.js';

const name = 'default';

/** Gives every namespace the ServiceAccount `default`, again when it was deleted. Keys: names of namespaces. */
export function createServiceAccountController(context: ControllerContext): ControllerLoop {
  const namespaces = context.resources.informer('namespaces');
  const accounts = context.resources.informer('serviceaccounts');
  const client = context.resources.client('serviceaccounts');

  return new ControllerLoop({
    ...context,
    name: 'service-account',
    informers: [namespaces, accounts],
    watch: (loop) => [
      namespaces.onChange((current) => {
        if (current) loop.add(current.metadata.name);
      }),
      accounts.onChange((current, previous) => {
        if (!current && previous?.metadata.name === name) loop.add(previous.metadata.namespace ?? '');
      }),
    ],
    reconcile: async (namespace) => {
      if (!isOpen(namespaces.get('', namespace)) || accounts.get(namespace, name)) return;
      try {
        await client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } });
      } catch (thrown) {
        const error = LongshoreError.from(thrown);
        // The cache lags behind our own create, or the namespace has begun to go: both are as they should be.
        if (error.code !== 'AlreadyExists' && !isNamespaceGoing(error)) throw error;
      }
    },
  });
}

/** Whether new content may be made in the namespace. */
function isOpen(namespace: Namespace | undefined): boolean {
  return namespace !== undefined && namespace.metadata.deletionTimestamp === undefined;
}
