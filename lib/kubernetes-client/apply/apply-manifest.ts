import { isError, LongshoreError } from '../../errors/errors.js';
import { hasType, shapeOf, type Shape } from '../../kubernetes/schema/schema-table.js';
import type { ApiResource } from '../discovery/api-resource.js';
import type { Draft, KubeObject, Manifest } from '../objects.js';
import type { WriteOptions } from '../options.js';
import type { ResourceClient } from '../resource-client.js';
import { lastAppliedAnnotation, lastAppliedOf, withLastApplied } from './last-applied.js';
import { computeThreeWayPatch, type Json } from './three-way-merge.js';

export interface ApplyOptions extends Omit<WriteOptions, 'subresource'> {
  /** Default kubectl-client-side-apply: the same as kubectl's, so that both own the same fields. */
  fieldManager?: string;
}

export interface Applied<T> {
  outcome: 'created' | 'configured' | 'unchanged';
  object: T;
  /** The object was there but not made by apply: what it had is kept, and owned from now on where the manifest names it. */
  adopted: boolean;
}

/** Somebody else wrote between our read and our write so often. */
const mostAttempts = 5;

/** See {@link ResourceClient.apply}. */
export async function applyManifest<T extends KubeObject>(
  client: ResourceClient<T>,
  resource: ApiResource,
  manifest: Draft<T> & Manifest,
  options: ApplyOptions,
  signal?: AbortSignal,
): Promise<Applied<T>> {
  const { name } = manifest.metadata;
  if (!name) throw new LongshoreError('InvalidArgument', `${manifest.kind}: metadata.name must be set to apply it`);
  const write = { fieldManager: 'kubectl-client-side-apply', ...options };
  const wanted = withLastApplied(manifest);
  for (let attempt = 1; ; attempt++) {
    try {
      return await applyOnce<T>(client, resource, wanted, name, write, signal);
    } catch (thrown) {
      // Made, changed or deleted by somebody else meanwhile: what is to be done is worked out again.
      const raced = isError(thrown, 'AlreadyExists') || (isError(thrown, 'Conflict') && !wanted.metadata.resourceVersion);
      if (!raced || attempt === mostAttempts) throw thrown;
    }
  }
}

async function applyOnce<T extends KubeObject>(
  client: ResourceClient<T>,
  resource: ApiResource,
  wanted: Draft<T> & Manifest,
  name: string,
  write: WriteOptions,
  signal: AbortSignal | undefined,
): Promise<Applied<T>> {
  const current = await getIfThere(client, name, write, signal);
  if (!current) return { outcome: 'created', object: await client.create(wanted, write, signal), adopted: false };
  const adopted = current.metadata.annotations?.[lastAppliedAnnotation] === undefined;
  const shape = shapeOfResource(resource);
  const states = { original: lastAppliedOf(current) ?? {}, wanted: withoutServerFields(wanted), current };
  const patch = computeThreeWayPatch(shape, states as unknown as Record<keyof typeof states, Json>);
  if (Object.keys(patch).length === 0) return { outcome: 'unchanged', object: current, adopted };
  const object = await client.patch(name, shape ? { strategic: patch } : { merge: patch }, write, signal);
  const same = object.metadata.resourceVersion === current.metadata.resourceVersion && !write.dryRun;
  return { outcome: same ? 'unchanged' : 'configured', object, adopted };
}

async function getIfThere<T extends KubeObject>(
  client: ResourceClient<T>,
  name: string,
  write: WriteOptions,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  try {
    return await client.get(name, write, signal);
  } catch (thrown) {
    if (isError(thrown, 'NotFound')) return undefined;
    throw thrown;
  }
}

/** Printed manifests carry `creationTimestamp: null`; it asks for nothing. */
function withoutServerFields<T extends Manifest>(manifest: T): T {
  const metadata: Record<string, unknown> = { ...manifest.metadata };
  if (metadata.creationTimestamp === null) delete metadata.creationTimestamp;
  return { ...manifest, metadata };
}

/** Merge keys are known for built-in kinds only; others are patched without. */
export function shapeOfResource({ group, version, kind }: Pick<ApiResource, 'group' | 'version' | 'kind'>): Shape | undefined {
  if (group.includes('.') && !group.endsWith('.k8s.io')) return undefined;
  const type = `${group.split('.')[0] || 'core'}.${version}.${kind}`;
  return hasType(type) ? shapeOf(type) : undefined;
}
