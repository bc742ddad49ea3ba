import type { ObjectMeta } from '../../lib/kubernetes/types/meta-v1.js';

/** What every Kubernetes object has. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

export interface WriteOptions {
  /** Run admission, defaults and validation, but store nothing. */
  dryRun?: boolean;
  fieldManager?: string;
}

/**
 * Parts of an object with a writer of their own. `binding` is the scheduler's: a pod's
 * nodeName and PodScheduled condition in one write.
 */
export type Subresource = 'status' | 'finalize' | 'binding';

export interface DeleteOptions extends WriteOptions {
  /** Default: the kind's own (pods: spec.terminationGracePeriodSeconds, others 0). */
  gracePeriodSeconds?: number;
  /** Default Background. */
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  preconditions?: { uid?: string; resourceVersion?: string };
}

/**
 * Typed access to one kind for everything inside the control plane: the API handlers,
 * controllers, the scheduler and the node plane. All rules of the kind (defaults,
 * validation, generation, graceful deletion, finalizers) are applied here, so nobody
 * goes round them. Objects handed out are frozen and shared with the cache:
 * structuredClone before changing one.
 */
export interface ResourceClient<T extends KubeObject> {
  /** @throws nothing for an absent object: it is undefined. */
  get(namespace: string, name: string): Promise<T | undefined>;
  list(namespace?: string): Promise<{ resourceVersion: string; items: T[] }>;
  /** @throws LongshoreError AlreadyExists, InvalidArgument (fields.causes), NotFound (its namespace), PermissionDenied (namespace terminating) */
  create(object: T, options?: WriteOptions): Promise<T>;
  /**
   * Replaces all but status. With metadata.resourceVersion set it is compare-and-swap.
   * An update that leaves the object as it is writes nothing and returns it.
   * @throws LongshoreError NotFound, Conflict, InvalidArgument
   */
  update(object: T, options?: WriteOptions): Promise<T>;
  /** Replaces status only, as update does for the rest. */
  updateStatus(object: T, options?: WriteOptions): Promise<T>;
  /**
   * Reads, lets `mutate` change a private copy, writes with compare-and-swap, and does it
   * again on conflict. `mutate` may return false to leave the object as it is.
   * @param options.subresource 'status' writes status only; 'finalize' a namespace's spec.finalizers only;
   *   'binding' a pod's nodeName and conditions in one write
   * @returns the stored object, or undefined when there is none (or its uid is not options.uid)
   */
  modify(
    namespace: string,
    name: string,
    mutate: (object: T) => void | false,
    options?: WriteOptions & { subresource?: Subresource; uid?: string },
  ): Promise<T | undefined>;
  /** @returns the object as it was last; undefined when there was none. @throws LongshoreError Conflict (preconditions) */
  delete(namespace: string, name: string, options?: DeleteOptions): Promise<T | undefined>;
}

/**
 * A cache of all objects of one kind, fed by list and watch from one revision. Reads are
 * synchronous and may lag behind the store; a decision based on a stale read is caught by
 * compare-and-swap.
 */
export interface Informer<T extends KubeObject> {
  get(namespace: string, name: string): T | undefined;
  list(namespace?: string): readonly T[];
  /** Objects whose index function (given at construction) yields `value`; for example pods by 'node' or by 'ownerUid'. */
  byIndex(index: string, value: string): readonly T[];
  /**
   * Calls `handler` after the cache has taken each change, and once for every object already there.
   * The handler only enqueues keys; it must not throw. Returns the function that unsubscribes.
   */
  onChange(handler: (current: T | undefined, previous: T | undefined) => void): () => void;
  /** Resolves once the first list is in the cache. */
  synced(signal?: AbortSignal): Promise<void>;
  /** Revision up to which the cache is complete. */
  revision(): number;
}

/** `namespace/name`, or `/name` for a cluster-scoped object: the form of work-queue keys. */
export function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** The inverse of {@link keyOf}. */
export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
