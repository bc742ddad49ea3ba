import { isDeepStrictEqual } from 'node:util';

import type { Namespace } from '../../../lib/kubernetes/types/core-v1.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { KubeObject } from '../../resources/client.js';
import { keyOfDefinition } from '../../resources/definition.js';
import type { ResourceKey } from '../../resources/resource-types.js';
import type { ControllerContext } from '../controller-context.js';
import { ControllerLoop, type ReconcileResult } from '../controller-loop.js';
import { uidOf } from '../objects/owner-references.js';
import { computeNamespaceStatus, mustEmpty, namespaceFinalizer, type NamespaceContent } from './compute.js';

/** How long to wait for content to go before looking again, should no event come. */
const recheckMs = 2_000;

/**
 * Empties a namespace that is being deleted, then lets it go. It reads from the store, not
 * from caches, so that nothing is left behind: new content is refused once the deletion
 * has begun. Keys: names of namespaces.
 */
export function createNamespaceController(context: ControllerContext): ControllerLoop {
  const { resources, clock } = context;
  const namespaces = resources.informer('namespaces');
  const kinds = resources.definitions
    .filter((definition) => definition.namespaced)
    .map((definition) => keyOfDefinition(definition) as ResourceKey);
  const informers = kinds.map((kind) => resources.informer(kind));

  const deleteContent = async (namespace: string): Promise<string[]> => {
    const failures: string[] = [];
    for (const kind of kinds) {
      const client = resources.client(kind);
      const { items } = await client.list(namespace);
      const results = await Promise.allSettled(
        items.map(({ metadata }) =>
          client.delete(namespace, metadata.name, {
            propagationPolicy: 'Background',
            preconditions: { uid: uidOf({ metadata }) },
          }),
        ),
      );
      for (const result of results) {
        if (result.status === 'fulfilled') continue;
        const error = LongshoreError.from(result.reason);
        if (error.code !== 'Conflict' && error.code !== 'NotFound') failures.push(`${kind}: ${error.message}`);
      }
    }
    return failures;
  };

  const readContent = async (namespace: string, failures: string[]): Promise<NamespaceContent> => {
    const remaining = new Map<string, number>();
    const finalizers = new Map<string, number>();
    for (const kind of kinds) {
      const { items } = await resources.client(kind).list(namespace);
      if (items.length > 0) remaining.set(kind, items.length);
      for (const name of items.flatMap((item) => item.metadata.finalizers ?? []))
        finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
    }
    return { remaining, finalizers, failures };
  };

  const writeStatus = async (namespace: Namespace, content: NamespaceContent): Promise<void> => {
    const { name } = namespace.metadata;
    const mutate = (draft: Namespace): void | false => {
      const status = computeNamespaceStatus(draft, content, clock.now());
      if (isDeepStrictEqual(status, draft.status)) return false;
      draft.status = status;
    };
    await resources.client('namespaces').modify('', name, mutate, { subresource: 'status', uid: uidOf(namespace) });
  };

  const letGo = async (namespace: Namespace): Promise<void> => {
    const mutate = (draft: Namespace): void => {
      draft.spec.finalizers = (draft.spec.finalizers ?? []).filter((name) => name !== namespaceFinalizer);
    };
    await resources
      .client('namespaces')
      .modify('', namespace.metadata.name, mutate, { subresource: 'finalize', uid: uidOf(namespace) });
  };

  const enqueueGoing = (loop: ControllerLoop, gone: KubeObject | undefined): void => {
    const name = gone?.metadata.namespace ?? '';
    if (mustEmpty(namespaces.get('', name))) loop.add(name);
  };

  return new ControllerLoop({
    ...context,
    name: 'namespace',
    informers: [namespaces, ...informers],
    watch: (loop) => [
      namespaces.onChange((current) => {
        if (mustEmpty(current)) loop.add(current.metadata.name);
      }),
      ...informers.map((informer) =>
        informer.onChange((current, previous) => {
          if (!current) enqueueGoing(loop, previous);
        }),
      ),
    ],
    reconcile: async (name): Promise<ReconcileResult | void> => {
      const namespace = namespaces.get('', name);
      if (!mustEmpty(namespace)) return;
      const content = await readContent(name, await deleteContent(name));
      await writeStatus(namespace, content);
      if (content.remaining.size > 0) return { requeueAfterMs: recheckMs };
      await letGo(namespace);
    },
  });
}
