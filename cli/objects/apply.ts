import { systemClock } from '../../lib/clock/clock.js';
import { isError, LongshoreError } from '../../lib/errors/errors.js';
import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { referenceOf, type AnyObject } from '../../lib/kubernetes-client/objects.js';
import { settledCondition } from '../../lib/kubernetes-client/wait/condition.js';
import { waitFor } from '../../lib/kubernetes-client/wait/wait-for.js';
import { forEachOrFail } from '../terminal/for-each.js';
import type { Progress } from '../terminal/progress.js';
import type { Printer } from '../terminal/printer.js';
import { renderDocument, withoutManagedFields } from './render-objects.js';

export interface ApplyCommandOptions {
  /** Only objects of this namespace, or of none, may be applied. */
  namespace?: string;
  dryRun?: 'client' | 'server';
  output?: 'json' | 'yaml' | 'name';
  wait: boolean;
  timeoutMs: number;
}

/** Applies objects in order and says what became of each; one that fails does not hold up the others. */
export async function applyObjects(
  client: ApiClient,
  manifests: readonly AnyObject[],
  options: ApplyCommandOptions,
  print: Printer & { progress: Progress },
  signal: AbortSignal,
): Promise<void> {
  for (const manifest of manifests) requireNamespace(manifest, options.namespace);
  const applied: AnyObject[] = [];
  await forEachOrFail(manifests, async (manifest) => {
    const { object, outcome } = await applyOne(client, manifest, options, print, signal);
    applied.push(object);
    if (options.output === undefined) print.out(`${referenceOf(object)} ${outcome}`);
    if (options.output === 'name') print.out(referenceOf(object));
  });
  if (options.output === 'json' || options.output === 'yaml') {
    print.out(renderDocument(applied.map(withoutManagedFields), options.output, applied.length !== 1));
  }
  if (options.wait && options.dryRun === undefined)
    await waitUntilSettled(client, applied, options.timeoutMs, print.progress, signal);
}

async function applyOne(
  client: ApiClient,
  manifest: AnyObject,
  { dryRun }: ApplyCommandOptions,
  print: Printer,
  signal: AbortSignal,
): Promise<{ object: AnyObject; outcome: string }> {
  if (dryRun === 'client') {
    // The server is asked only whether it knows the kind.
    const resource = await client.discovery.ofKind(manifest.apiVersion, manifest.kind);
    const namespace = manifest.metadata.namespace ?? client.namespace;
    const object = resource.namespaced ? { ...manifest, metadata: { ...manifest.metadata, namespace } } : manifest;
    const there = await client.of(resource).get(manifest.metadata.name, { namespace }, signal).catch(absent);
    return { object, outcome: `${there ? 'configured' : 'created'} (dry run)` };
  }
  const { object, outcome, adopted } = await client.apply(manifest, { dryRun: dryRun === 'server' }, signal);
  if (adopted) {
    print.note(
      `${referenceOf(object)} was not made by apply: what it has besides the manifest is kept, and from now on apply removes only what it set itself`,
    );
  }
  return { object, outcome: dryRun === 'server' ? `${outcome} (server dry run)` : outcome };
}

function absent(thrown: unknown): undefined {
  if (isError(thrown, 'NotFound')) return undefined;
  throw thrown;
}

/** Waits for all objects at once, each for what its kind has to become. */
async function waitUntilSettled(
  client: ApiClient,
  objects: readonly AnyObject[],
  timeoutMs: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const waiting = new Map<string, string>();
  const startedMs = systemClock.monotonic();
  const waits = objects.flatMap((object) => {
    const condition = settledCondition(object.kind);
    if (!condition) return [];
    const reference = referenceOf(object);
    const { name, namespace } = object.metadata;
    const onProgress = (observed: string): void => {
      waiting.set(reference, observed);
      progress.update([...waiting].map(([waited, lack]) => `${waited}: ${lack}`).join(', '));
    };
    const resource = client.resource(object.apiVersion, object.kind);
    const wait = { client, clock: systemClock, resource, name, namespace, condition, timeoutMs, onProgress };
    return [waitFor(wait, signal).then(() => waiting.delete(reference))];
  });
  if (waits.length === 0) return;
  const failed = (await Promise.allSettled(waits)).find((result) => result.status === 'rejected');
  progress.clear();
  if (failed) throw failed.reason;
  const seconds = ((systemClock.monotonic() - startedMs) / 1000).toFixed(1);
  progress.done(`${waits.length === 1 ? '1 object is' : `${waits.length} objects are`} as wanted after ${seconds} s`);
}

function requireNamespace({ kind, metadata }: AnyObject, namespace: string | undefined): void {
  if (namespace === undefined || metadata.namespace === undefined || metadata.namespace === namespace) return;
  throw new LongshoreError(
    'InvalidArgument',
    `${kind} ${metadata.name} is of namespace ${metadata.namespace}, but --namespace says ${namespace}`,
  );
}
