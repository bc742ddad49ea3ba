import type { Namespace } from '../../../lib/kubernetes/types/core-v1.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { Compare, Store } from '../../store/store.js';
import { required } from '../causes.js';
import type { KubeObject } from '../client.js';
import type { ResourceDefinition } from '../definition.js';
import { objectOf } from './entries.js';
import { forbiddenObject } from './failures.js';
import { refuse } from './normal-form.js';

/**
 * Lets a new object into its namespace.
 * @returns a comparison to commit the object with: the namespace has not begun to go meanwhile
 * @throws LongshoreError NotFound when there is no such namespace, PermissionDenied when it is terminating
 */
export async function openNamespace(store: Store, definition: ResourceDefinition, object: KubeObject): Promise<Compare[]> {
  if (!definition.namespaced) return [];
  const { namespace, name } = object.metadata;
  if (!namespace) {
    refuse(definition, object, [required('metadata.namespace')]);
    return [];
  }
  const key = `/namespaces//${namespace}`;
  const entry = await store.get(key);
  if (!entry) {
    throw new LongshoreError('NotFound', `namespaces ${JSON.stringify(namespace)} not found`, {
      fields: { name: namespace, group: '', resource: 'namespaces' },
    });
  }
  if (objectOf<Namespace>(entry).metadata.deletionTimestamp !== undefined) {
    throw forbiddenObject(
      definition,
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
      { cause: 'NamespaceTerminating', namespace },
    );
  }
  return [{ key, modRevision: entry.modRevision }];
}
