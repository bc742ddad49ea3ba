import type { KubeObject } from '../../resources/client.js';
import { decodeBody } from '../body/decode-body.js';
import { decodeObject, fieldValidationOf, type ExpectedType } from '../body/decode-object.js';
import { readBody } from '../http/read-body.js';
import { badRequest } from '../status.js';
import { respondObject } from './representation.js';
import type { ResourceCall } from './resource-call.js';
import { requireSameName, writeOptionsOf } from './write-options.js';

/** POST to a collection. */
export async function handleCreate(call: ResourceCall): Promise<void> {
  const options = writeOptionsOf(call.query, 'CreateOptions');
  const object = await readObject(call, call.definition);
  placeInNamespace(call, object);
  const created = await call.registry.create(object, options);
  await respondObject(call, 201, created);
}

/** PUT of one object. */
export async function handleUpdate(call: ResourceCall): Promise<void> {
  const options = writeOptionsOf(call.query, 'UpdateOptions');
  const object = await readObject(call, call.definition);
  placeInNamespace(call, object);
  requireSameName(call, object.metadata);
  const { registry, target } = call;
  const stored =
    target.subresource === 'status' ? await registry.updateStatus(object, options) : await registry.update(object, options);
  await respondObject(call, 200, stored);
}

/** The body of a request as an object of the expected type. @throws StatusError, LongshoreError InvalidArgument */
export async function readObject(call: ResourceCall, expected: ExpectedType): Promise<KubeObject> {
  const validation = fieldValidationOf(call.query);
  const bytes = await readBody(call.request, call.services.clock);
  if (bytes.length === 0)
    throw badRequest(`the object provided is unrecognized (must be of type ${expected.kind}): the body is empty`);
  const document = await decodeBody(bytes, call.request.headers['content-type']);
  return decodeObject(document, expected, validation, (text) => call.warnings.push(text));
}

/** An object that names no namespace is in that of its path. */
function placeInNamespace({ definition, target }: ResourceCall, object: KubeObject): void {
  if (!definition.namespaced) delete object.metadata.namespace;
  else if (!object.metadata.namespace) object.metadata.namespace = target.namespace;
  else if (object.metadata.namespace !== target.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}
