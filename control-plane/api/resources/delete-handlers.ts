import { apiVersionOf, type ResourceDefinition } from '../../resources/definition.js';
import type { DeleteResult } from '../../resources/registry/registry.js';
import type { KubeObject } from '../../resources/client.js';
import { respond } from '../http/respond.js';
import { negotiate } from '../negotiation/accept.js';
import { notFound, success } from '../status.js';
import { namespaceOfCall, selectionOfCall } from './read-handlers.js';
import { listHead, respondObject } from './representation.js';
import type { ResourceCall } from './resource-call.js';
import { deleteOptionsOf } from './write-options.js';

/** Kinds whose deletion is answered with the object, as Kubernetes does; others with a Status. */
const answersWithObject = new Set(['v1/pods', 'v1/services', 'v1/serviceaccounts']);

/** DELETE of one object. */
export async function handleDelete(call: ResourceCall): Promise<void> {
  const { registry, target, definition } = call;
  const options = await deleteOptionsOf(call);
  const result = await registry.remove(target.namespace, target.name, options);
  if (!result) throw notFound(target);
  await respondDeleted(call, definition, result);
}

async function respondDeleted(
  call: ResourceCall,
  definition: ResourceDefinition,
  result: DeleteResult<KubeObject>,
): Promise<void> {
  const { object, removed } = result;
  if (!removed || answersWithObject.has(`${apiVersionOf(definition)}/${definition.plural}`)) {
    await respondObject(call, 200, object);
    return;
  }
  const { group, plural } = definition;
  const { name, uid } = object.metadata;
  const details = { name, ...(group ? { group } : {}), kind: plural, ...(uid ? { uid } : {}) };
  const { format } = negotiate(call.request.headers.accept, true);
  await respond(call, 200, success(details), format);
}

/** DELETE of a collection, as far as it is selected. */
export async function handleDeleteCollection(call: ResourceCall): Promise<void> {
  const { registry, definition, services } = call;
  const options = await deleteOptionsOf(call);
  const items = await registry.deleteCollection(namespaceOfCall(call), { ...options, selection: selectionOfCall(call) });
  const metadata = { resourceVersion: String(services.resources.revision()) };
  const { format } = negotiate(call.request.headers.accept, true);
  await respond(call, 200, { ...listHead(definition, metadata), items }, format);
}
