import { invalid, invalidObject } from '../../../resources/causes.js';
import type { KubeObject } from '../../../resources/client.js';
import type { ScaleMapping } from '../../../resources/definition.js';
import { respond } from '../../http/respond.js';
import { negotiate } from '../../negotiation/accept.js';
import { notFound, unknownPath } from '../../status.js';
import { applyPatch, readPatch, requireSameVersion } from '../patch-handler.js';
import type { ResourceCall, ResourceHandler } from '../resource-call.js';
import { readObject } from '../write-handlers.js';
import { requireSameName, writeOptionsOf } from '../write-options.js';

interface Scale extends KubeObject {
  spec?: { replicas?: number };
  status?: { replicas: number; selector: string };
}

const scaleType = { group: 'autoscaling', version: 'v1', kind: 'Scale', schemaType: 'autoscaling.v1.Scale' };

/** GET .../scale */
export const handleGetScale: ResourceHandler = async (call) => {
  const mapping = mappingOf(call);
  const object = await call.registry.get(call.target.namespace, call.target.name);
  if (!object) throw notFound(call.target);
  await respondScale(call, scaleOf(object, mapping));
};

/** PUT .../scale */
export const handleUpdateScale: ResourceHandler = async (call) => {
  const options = writeOptionsOf(call.query, 'UpdateOptions');
  const scale = await readObject(call, scaleType);
  scale.metadata.namespace ??= call.target.namespace;
  await changeScale(call, options, () => scale);
};

/** PATCH .../scale */
export const handlePatchScale: ResourceHandler = async (call) => {
  const options = writeOptionsOf(call.query, 'PatchOptions');
  const patch = await readPatch(call);
  await changeScale(call, options, (current) => applyPatch(call, patch, current, scaleType));
};

async function changeScale(call: ResourceCall, options: { dryRun?: boolean }, change: (current: Scale) => Scale): Promise<void> {
  const mapping = mappingOf(call);
  const { registry, target } = call;
  const stored = await registry.modify(
    target.namespace,
    target.name,
    (draft) => {
      const scale = change(scaleOf(draft, mapping));
      requireSameName(call, scale.metadata);
      requireSameVersion(call, scale, draft);
      mapping.setReplicas(draft, replicasOf(scale));
    },
    options,
  );
  if (!stored) throw notFound(target);
  await respondScale(call, scaleOf(stored, mapping));
}

function replicasOf({ metadata, spec }: Scale): number {
  const replicas = spec?.replicas ?? 0;
  if (replicas >= 0) return replicas;
  const cause = invalid('spec.replicas', replicas, 'must be greater than or equal to 0');
  throw invalidObject('Scale', 'autoscaling', metadata.name, [cause]);
}

function mappingOf({ definition }: ResourceCall): ScaleMapping {
  if (!definition.scale) throw unknownPath();
  return definition.scale;
}

function scaleOf(object: KubeObject, mapping: ScaleMapping): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    spec: { replicas: mapping.replicas(object) },
    status: { replicas: mapping.statusReplicas(object), selector: mapping.selector(object) },
  };
}

async function respondScale(call: ResourceCall, scale: Scale): Promise<void> {
  await respond(call, 200, scale, negotiate(call.request.headers.accept, false).format);
}
