import type { DeleteOptions, KubeObject } from '../client.js';
import type { ResourceDefinition } from '../definition.js';
import { timestamp } from './timestamp.js';

const orphan = 'orphan';
const foreground = 'foregroundDeletion';

export type Deletion =
  | { readonly kind: 'remove' }
  /** The object stays for now, changed (in the draft that was passed in). */
  | { readonly kind: 'mark' };

/**
 * Decides what a delete does to an object, changing `draft` for what stays: a grace period
 * may still be running, finalizers hold the object, or nothing does and it goes.
 * A later delete may shorten the grace period, never prolong it.
 */
export function computeDeletion(
  definition: ResourceDefinition,
  draft: KubeObject,
  options: DeleteOptions,
  nowMs: number,
): Deletion {
  const { metadata } = draft;
  applyPropagation(draft, options.propagationPolicy);
  const graceSeconds = Math.max(0, definition.gracePeriodSeconds?.(draft, options.gracePeriodSeconds) ?? 0);
  const held = (metadata.finalizers?.length ?? 0) > 0 || definition.holdsDeletion?.(draft) === true;
  if (graceSeconds === 0 && !held) return { kind: 'remove' };

  const running = metadata.deletionTimestamp === undefined ? undefined : (metadata.deletionGracePeriodSeconds ?? 0);
  if (running === undefined || graceSeconds < running) {
    metadata.deletionTimestamp = timestamp(nowMs + graceSeconds * 1000);
    metadata.deletionGracePeriodSeconds = graceSeconds;
    if (running === undefined && metadata.generation !== undefined) metadata.generation += 1;
    definition.prepareForDeletion?.(draft);
  }
  return { kind: 'mark' };
}

/** Whether an updated object has lost the last thing that kept it from going. */
export function isFinished(definition: ResourceDefinition, object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  if (deletionTimestamp === undefined || (deletionGracePeriodSeconds ?? 0) > 0) return false;
  return (finalizers?.length ?? 0) === 0 && definition.holdsDeletion?.(object) !== true;
}

function applyPropagation(draft: KubeObject, policy: DeleteOptions['propagationPolicy']): void {
  if (policy === undefined) return;
  const others = (draft.metadata.finalizers ?? []).filter((name) => name !== orphan && name !== foreground);
  if (policy === 'Orphan') others.push(orphan);
  if (policy === 'Foreground') others.push(foreground);
  if (others.length > 0) draft.metadata.finalizers = others;
  else delete draft.metadata.finalizers;
}
