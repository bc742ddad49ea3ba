import { LongshoreError } from '../../../../lib/errors/errors.js';
import type { Pod } from '../../../../lib/kubernetes/types/core-v1.js';
import type { DeleteOptions as ApiDeleteOptions } from '../../../../lib/kubernetes/types/meta-v1.js';
import { required, invalidObject } from '../../../resources/causes.js';
import type { KubeObject } from '../../../resources/client.js';
import { respond } from '../../http/respond.js';
import { badRequest, conflictMessage, notFound, success } from '../../status.js';
import type { ResourceCall, ResourceHandler } from '../resource-call.js';
import { readObject } from '../write-handlers.js';
import { toDeleteOptions, writeOptionsOf } from '../write-options.js';

interface Binding extends KubeObject {
  target?: { kind?: string; name?: string };
}

interface Eviction extends KubeObject {
  deleteOptions?: ApiDeleteOptions;
}

/** POST pods/<name>/binding: gives a pod its node, once. */
export const handleBinding: ResourceHandler = async (call) => {
  const options = writeOptionsOf(call.query, 'CreateOptions');
  const binding: Binding = await readObject(call, { group: '', version: 'v1', kind: 'Binding', schemaType: 'core.v1.Binding' });
  requireName(call, binding);
  const node = binding.target?.name ?? '';
  if (node === '') throw invalidObject('Binding', '', call.target.name, [required('target.name')]);
  const uid = binding.metadata.uid;
  const bound = await call.services.resources.client('pods').modify(
    call.target.namespace,
    call.target.name,
    (pod) => {
      requireUnbound(call, pod);
      pod.spec.nodeName = node;
    },
    { ...options, ...(uid ? { uid } : {}) },
  );
  if (!bound) throw notFound(call.target);
  await respond(call, 201, success());
};

/** POST pods/<name>/eviction: deletes the pod with its grace period. */
export const handleEviction: ResourceHandler = async (call) => {
  const options = writeOptionsOf(call.query, 'CreateOptions');
  const eviction: Eviction = await readObject(call, {
    group: 'policy',
    version: 'v1',
    kind: 'Eviction',
    schemaType: 'policy.v1.Eviction',
  });
  requireName(call, eviction);
  const asked = toDeleteOptions(eviction.deleteOptions ?? {});
  const dryRun = Boolean(options.dryRun) || Boolean(asked.dryRun);
  const removed = await call.registry.remove(call.target.namespace, call.target.name, { ...asked, dryRun });
  if (!removed) throw notFound(call.target);
  await respond(call, 201, success());
};

function requireName({ target }: ResourceCall, { metadata }: KubeObject): void {
  if (metadata.name && metadata.name !== target.name) {
    throw badRequest(`name in URL does not match name in ${metadata.name} object`);
  }
}

function requireUnbound({ target }: ResourceCall, pod: Pod): void {
  const { nodeName } = pod.spec;
  if (pod.metadata.deletionTimestamp) {
    throw new LongshoreError(
      'Conflict',
      conflictMessage(target, `pod ${pod.metadata.name} is being deleted, cannot be assigned to a host`),
    );
  }
  if (nodeName) {
    throw new LongshoreError(
      'Conflict',
      conflictMessage(target, `pod ${pod.metadata.name} is already assigned to node ${JSON.stringify(nodeName)}`),
    );
  }
}
