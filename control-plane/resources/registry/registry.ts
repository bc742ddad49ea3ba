import type { Clock } from '../../../lib/clock/clock.js';
import { isError } from '../../../lib/errors/errors.js';
import type { Entry, Store, Write } from '../../store/store.js';
import type { DeleteOptions, KubeObject, ResourceClient, Subresource, WriteOptions } from '../client.js';
import type { AdmissionContext, ResourceDefinition } from '../definition.js';
import { claimChanges } from './claims.js';
import { computeDeletion, isFinished } from './deletion.js';
import { objectOf, serialize } from './entries.js';
import { alreadyExists, conflict, forbiddenObject, notFound } from './failures.js';
import type { Identifiers } from './identifiers.js';
import { prefixOf, storeKey, storeKeyOf } from './keys.js';
import { openNamespace } from './namespace-gate.js';
import { normalForm } from './normal-form.js';
import { newObject, sameObject, updatedObject } from './object-writes.js';
import { readPage, type Page, type PageOptions } from './reader.js';
import { everything, type Selection } from './selection.js';
import { watchChanges, type WatchBatch, type WatchOptions } from './watcher.js';

/** Attempts at a generated name, and at a write that others keep overtaking. */
const nameAttempts = 8;
const writeAttempts = 64;

export interface RegistryOptions<T extends KubeObject> {
  definition: ResourceDefinition<T>;
  store: Store;
  clock: Clock;
  identifiers: Identifiers;
  admission: AdmissionContext;
}

/** What a change makes of an object. */
type Change<T> = { readonly kind: 'keep' } | { readonly kind: 'put' | 'remove'; readonly object: T };

export interface DeleteResult<T> {
  /** The object as it is now, or as it was last. */
  readonly object: T;
  /** False when a grace period or a finalizer keeps it for now. */
  readonly removed: boolean;
}

/**
 * All reads and writes of one kind, with Kubernetes' semantics. Beside ResourceClient it
 * offers pages, watches and raw entries to the API.
 */
export class ResourceRegistry<T extends KubeObject = KubeObject> implements ResourceClient<T> {
  readonly definition: ResourceDefinition<T>;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #identifiers: Identifiers;
  readonly #admission: AdmissionContext;

  constructor(options: RegistryOptions<T>) {
    this.definition = options.definition;
    this.#store = options.store;
    this.#clock = options.clock;
    this.#identifiers = options.identifiers;
    this.#admission = options.admission;
  }

  /** The stored entry; objectOf and bytesOf read it. */
  entry(namespace: string, name: string): Promise<Entry | undefined> {
    return this.#store.get(storeKey(this.definition, namespace, name));
  }

  async get(namespace: string, name: string): Promise<T | undefined> {
    const entry = await this.entry(namespace, name);
    return entry && objectOf<T>(entry);
  }

  async list(namespace?: string): Promise<{ resourceVersion: string; items: T[] }> {
    const { revision, entries } = await this.#store.list(prefixOf(this.definition, namespace));
    return { resourceVersion: String(revision), items: entries.map((entry) => objectOf<T>(entry)) };
  }

  /** One page, as raw entries. @throws LongshoreError Expired, InvalidArgument (BadRequest) for a bad token */
  page(options: PageOptions = {}): Promise<Page> {
    return readPage(this.#store, this.definition, options);
  }

  /** Changes after a revision. @throws LongshoreError Expired */
  watch(options: WatchOptions, signal: AbortSignal): AsyncIterable<WatchBatch> {
    return watchChanges(this.#store, this.definition, options, signal);
  }

  async create(input: T, options: WriteOptions = {}): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const object = normalForm(this.definition, input);
      const guard = await openNamespace(this.#store, this.definition, object);
      await newObject(this.definition, object, this.#identifiers, this.#clock.now(), this.#admission);
      const key = storeKeyOf(this.definition, object);
      if (options.dryRun) {
        if (await this.#store.get(key)) throw alreadyExists(this.definition, object.metadata.name);
        return object;
      }
      const claims = claimChanges(this.definition, undefined, object);
      const result = await this.#store.transact(
        [{ key, modRevision: 0 }, ...guard, ...claims.compare],
        [{ kind: 'put', key, value: serialize(object) }, ...claims.writes],
      );
      if (result.committed) return stored(object, result.revision);
      const generated = !input.metadata.name && attempt < nameAttempts;
      if (result.conflicts.get(key) && !generated) throw alreadyExists(this.definition, object.metadata.name);
      if (attempt === writeAttempts) throw conflict(this.definition, object.metadata.name);
    }
  }

  update(input: T, options: WriteOptions = {}): Promise<T> {
    return this.#replace(input, undefined, options);
  }

  updateStatus(input: T, options: WriteOptions = {}): Promise<T> {
    return this.#replace(input, 'status', options);
  }

  /** Replaces what `subresource` covers. @throws as update */
  async #replace(input: T, subresource: Subresource | undefined, options: WriteOptions): Promise<T> {
    const { namespace = '', name, resourceVersion, uid } = input.metadata;
    const result = await this.#change(namespace, name, options, async (previous) => {
      this.#checkPreconditions(previous, { resourceVersion, uid });
      return this.#updated(input, previous, subresource);
    });
    if (!result) throw notFound(this.definition, name);
    return result.object;
  }

  async modify(
    namespace: string,
    name: string,
    mutate: (object: T) => void | false,
    options: WriteOptions & { subresource?: Subresource; uid?: string } = {},
  ): Promise<T | undefined> {
    const result = await this.#change(namespace, name, options, async (previous) => {
      if (options.uid !== undefined && previous.metadata.uid !== options.uid) return undefined;
      const draft = structuredClone(previous);
      if (mutate(draft) === false) return { kind: 'keep' };
      return this.#updated(draft, previous, options.subresource);
    });
    return result?.object;
  }

  async delete(namespace: string, name: string, options: DeleteOptions = {}): Promise<T | undefined> {
    return (await this.remove(namespace, name, options))?.object;
  }

  /** {@link delete}, telling whether the object is gone. @throws LongshoreError Conflict, PermissionDenied */
  remove(namespace: string, name: string, options: DeleteOptions = {}): Promise<DeleteResult<T> | undefined> {
    return this.#change(namespace, name, options, async (previous) => {
      this.#checkPreconditions(previous, options.preconditions ?? {});
      const refusal = this.definition.refuseDeletion?.(previous);
      if (refusal !== undefined) throw forbiddenObject(this.definition, name, refusal);
      const draft = structuredClone(previous);
      const deletion = computeDeletion(this.definition, draft, options, this.#clock.now());
      if (deletion.kind === 'remove') return { kind: 'remove', object: draft };
      return sameObject(draft, previous) ? { kind: 'keep' } : { kind: 'put', object: draft };
    });
  }

  /** Deletes what is selected, one by one; objects that go meanwhile are skipped. @returns what was deleted */
  async deleteCollection(namespace: string | undefined, options: DeleteOptions & { selection?: Selection } = {}): Promise<T[]> {
    const selection = options.selection ?? everything;
    const { items } = await this.list(namespace);
    const deleted: T[] = [];
    for (const item of items.filter((candidate) => selection.matches(candidate))) {
      const { uid = '', namespace: within = '', name } = item.metadata;
      try {
        const object = await this.delete(within, name, { ...options, preconditions: { ...options.preconditions, uid } });
        if (object) deleted.push(object);
      } catch (thrown) {
        // Another object stands there under the same name by now: it was not selected.
        if (!isError(thrown, 'Conflict') || options.preconditions) throw thrown;
      }
    }
    return deleted;
  }

  async #updated(input: T, previous: T, subresource: Subresource | undefined): Promise<Change<T>> {
    const object = await updatedObject(this.definition, input, previous, subresource, this.#clock.now(), this.#admission);
    if (isFinished(this.definition, object)) return { kind: 'remove', object };
    return sameObject(object, previous) ? { kind: 'keep' } : { kind: 'put', object };
  }

  #checkPreconditions(previous: T, expected: { uid?: string | undefined; resourceVersion?: string | undefined }): void {
    const { name, uid, resourceVersion } = previous.metadata;
    if (expected.uid && expected.uid !== uid) {
      const detail = `Precondition failed: UID in precondition: ${expected.uid}, UID in object meta: ${uid ?? ''}`;
      throw conflict(this.definition, name, detail);
    }
    if (expected.resourceVersion && expected.resourceVersion !== '0' && expected.resourceVersion !== resourceVersion) {
      throw conflict(this.definition, name);
    }
  }

  /**
   * The one way in which a stored object changes: read, compute, compare-and-swap, and again
   * when somebody else was faster. `compute` returning undefined means that there is no such object.
   */
  async #change(
    namespace: string,
    name: string,
    options: WriteOptions,
    compute: (previous: T) => Promise<Change<T> | undefined>,
  ): Promise<DeleteResult<T> | undefined> {
    const key = storeKey(this.definition, namespace, name);
    for (let attempt = 1; attempt <= writeAttempts; attempt++) {
      const entry = await this.#store.get(key);
      if (!entry) return undefined;
      const previous = objectOf<T>(entry);
      const change = await compute(previous);
      if (!change) return undefined;
      if (change.kind === 'keep') return { object: previous, removed: false };
      const removed = change.kind === 'remove';
      if (options.dryRun) return { object: stored(change.object, entry.modRevision), removed };
      const claims = claimChanges(this.definition, previous, removed ? undefined : change.object);
      const write: Write = removed ? { kind: 'delete', key } : { kind: 'put', key, value: serialize(change.object) };
      const result = await this.#store.transact(
        [{ key, modRevision: entry.modRevision }, ...claims.compare],
        [write, ...claims.writes],
      );
      if (result.committed) return { object: stored(change.object, result.revision), removed };
    }
    throw conflict(this.definition, name);
  }
}

function stored<T extends KubeObject>(object: T, revision: number): T {
  object.metadata.resourceVersion = String(revision);
  return object;
}
