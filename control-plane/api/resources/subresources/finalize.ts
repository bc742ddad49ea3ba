import { notFound } from '../../status.js';
import { respondObject } from '../representation.js';
import type { ResourceHandler } from '../resource-call.js';
import { readObject } from '../write-handlers.js';
import { requireSameName, writeOptionsOf } from '../write-options.js';

/** PUT namespaces/<name>/finalize: replaces spec.finalizers, and with the last one the namespace goes. */
export const handleFinalize: ResourceHandler = async (call) => {
  const options = writeOptionsOf(call.query, 'UpdateOptions');
  const object = await readObject(call, call.definition);
  requireSameName(call, object.metadata);
  const { name, uid } = object.metadata;
  const { finalizers } = (object as { spec?: { finalizers?: string[] } }).spec ?? {};
  const stored = await call.services.resources.client('namespaces').modify(
    '',
    name,
    (draft) => {
      draft.spec = { ...draft.spec, finalizers: finalizers ?? [] };
    },
    { ...options, subresource: 'finalize', ...(uid ? { uid } : {}) },
  );
  if (!stored) throw notFound(call.target);
  await respondObject(call, 200, stored);
};
