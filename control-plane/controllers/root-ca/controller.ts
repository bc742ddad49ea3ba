import { isDeepStrictEqual } from 'node:util';

import type { ConfigMap } from '../../../lib/kubernetes/types/core-v1.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { ControllerContext } from '../controller-context.js';
import { ControllerLoop } from '../controller-loop.js';
import { isNamespaceGoing } from '../objects/going-namespace.js';

export const rootCaName = 'kube-root-ca.crt';

/**
 * Keeps a ConfigMap with the cluster's CA certificate in every namespace, from which pods
 * get it, and repairs it when it was changed. Keys: names of namespaces.
 * @param options.caPem the CA certificate
 */
export function createRootCaController(context: ControllerContext, options: { caPem: string }): ControllerLoop {
  const namespaces = context.resources.informer('namespaces');
  const configMaps = context.resources.informer('configmaps');
  const client = context.resources.client('configmaps');
  const data = { 'ca.crt': options.caPem };

  const create = async (namespace: string): Promise<void> => {
    const annotations = { 'kubernetes.io/description': 'Contains the CA certificate with which the API server can be verified.' };
    const wanted: ConfigMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: rootCaName, namespace, annotations },
      data,
    };
    try {
      await client.create(wanted);
    } catch (thrown) {
      const error = LongshoreError.from(thrown);
      // Found to exist, it is looked at again when the cache has it.
      if (error.code !== 'AlreadyExists' && !isNamespaceGoing(error)) throw error;
    }
  };

  return new ControllerLoop({
    ...context,
    name: 'root-ca',
    informers: [namespaces, configMaps],
    watch: (loop) => [
      namespaces.onChange((current) => {
        if (current) loop.add(current.metadata.name);
      }),
      configMaps.onChange((current, previous) => {
        const changed = current ?? previous;
        if (changed?.metadata.name === rootCaName) loop.add(changed.metadata.namespace ?? '');
      }),
    ],
    reconcile: async (namespace) => {
      const owner = namespaces.get('', namespace);
      if (!owner || owner.metadata.deletionTimestamp !== undefined) return;
      const current = configMaps.get(namespace, rootCaName);
      if (!current) await create(namespace);
      else if (!isDeepStrictEqual(current.data, data)) {
        const repaired: ConfigMap = { ...current, data };
        delete repaired.binaryData;
        await client.update(repaired);
      }
    },
  });
}
