import type { Clock } from '../clock/clock.js';
import { LongshoreError } from '../errors/errors.js';
import { applyManifest, type Applied, type ApplyOptions } from './apply/apply-manifest.js';
import { apiVersionOf, collectionPath, type ApiResource } from './discovery/api-resource.js';
import type { Query } from './http/query.js';
import type { ApiRequest, Transport } from './http/transport.js';
import type { Draft, KubeObject, ObjectList } from './objects.js';
import type { DeleteOptions, InNamespace, ListOptions, Patch, WatchOptions, WriteOptions } from './options.js';
import { follow, type Change } from './watch/follow.js';
import { readFrames } from './watch/read-frames.js';
import { Observed, type WatchEvent } from './watch/watch-events.js';

export interface ResourceClientOptions {
  transport: Transport;
  clock: Clock;
  /** The resource, or how to look it up when it is first needed. */
  resource: ApiResource | (() => Promise<ApiResource>);
  /** Where objects are looked for unless a call says otherwise. */
  namespace: string;
}

const patchTypes = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
} as const;

interface ListAnswer<T> {
  metadata: { resourceVersion?: string; continue?: string };
  items: T[] | null;
}

/** Typed access to the objects of one kind. Failures are LongshoreErrors (see status-error.ts). */
export class ResourceClient<T extends KubeObject> {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #namespace: string;
  #resource: ApiResource | (() => Promise<ApiResource>);

  constructor({ transport, clock, resource, namespace }: ResourceClientOptions) {
    this.#transport = transport;
    this.#clock = clock;
    this.#resource = resource;
    this.#namespace = namespace;
  }

  /** @throws LongshoreError NotFound */
  async get(name: string, options: InNamespace = {}, signal?: AbortSignal): Promise<T> {
    return this.#send<T>({ path: await this.#path(options, name) }, signal);
  }

  /** All objects that are selected, fetched in chunks of one consistent list. */
  async list(options: ListOptions = {}, signal?: AbortSignal): Promise<ObjectList<T>> {
    const resource = await this.resource();
    const { labelSelector, fieldSelector, chunkSize = 500 } = options;
    const items: T[] = [];
    let token: string | undefined;
    for (;;) {
      const query: Query = { labelSelector, fieldSelector, limit: chunkSize, continue: token };
      const page = await this.#send<ListAnswer<T>>({ path: await this.#collection(options), query }, signal);
      // Items of a list do not repeat their kind.
      const kind = { apiVersion: apiVersionOf(resource), kind: resource.kind };
      for (const item of page.items ?? []) items.push({ ...kind, ...item });
      token = page.metadata.continue;
      if (!token) return { items, resourceVersion: page.metadata.resourceVersion ?? '' };
    }
  }

  /** @throws LongshoreError AlreadyExists, InvalidArgument (fields.causes has one for each wrong field) */
  async create(draft: Draft<T>, options: WriteOptions = {}, signal?: AbortSignal): Promise<T> {
    const { namespace = draft.metadata.namespace } = options;
    const path = await this.#path({ namespace }, undefined, options.subresource);
    return this.#send<T>({ method: 'POST', path, query: writeQuery(options), body: await this.#complete(draft) }, signal);
  }

  /** Replaces the object; with metadata.resourceVersion only if it is still that version. @throws LongshoreError Conflict, NotFound */
  async update(object: Draft<T>, options: WriteOptions = {}, signal?: AbortSignal): Promise<T> {
    const { namespace = object.metadata.namespace } = options;
    const path = await this.#path({ namespace }, requireName(object), options.subresource);
    return this.#send<T>({ method: 'PUT', path, query: writeQuery(options), body: await this.#complete(object) }, signal);
  }

  /** Changes a part of the object. @throws LongshoreError NotFound, InvalidArgument */
  async patch(name: string, patch: Patch, options: WriteOptions = {}, signal?: AbortSignal): Promise<T> {
    const [type, body] = Object.entries(patch)[0] as [keyof typeof patchTypes, object];
    const path = await this.#path(options, name, options.subresource);
    const request: ApiRequest = { method: 'PATCH', path, query: writeQuery(options), body, contentType: patchTypes[type] };
    return this.#send<T>(request, signal);
  }

  /**
   * Brings the object to what the manifest says, as `kubectl apply` does: fields that an earlier
   * apply set and this one does not are removed, fields of others stay. Safe to repeat, and to
   * mix with kubectl.
   */
  async apply(manifest: Draft<T>, options: ApplyOptions = {}, signal?: AbortSignal): Promise<Applied<T>> {
    const { namespace = manifest.metadata.namespace } = options;
    const resource = await this.resource();
    const wanted = await this.#complete(manifest);
    // Named in the manifest too, as kubectl's note of what it applied has it.
    const metadata = resource.namespaced ? { ...wanted.metadata, namespace: namespace ?? this.#namespace } : wanted.metadata;
    return applyManifest<T>(this, resource, { ...wanted, metadata }, { ...options, namespace }, signal);
  }

  /** Asks for the object's deletion; it may be there until its finalizers and pods are done. @throws LongshoreError NotFound */
  async delete(name: string, options: DeleteOptions = {}, signal?: AbortSignal): Promise<void> {
    await this.#send({ method: 'DELETE', path: await this.#path(options, name), body: deleteBody(options) }, signal);
  }

  /** Asks for the deletion of everything that is selected. */
  async deleteAll(options: ListOptions & DeleteOptions = {}, signal?: AbortSignal): Promise<void> {
    const { labelSelector, fieldSelector } = options;
    const path = await this.#collection(options);
    await this.#send({ method: 'DELETE', path, query: { labelSelector, fieldSelector }, body: deleteBody(options) }, signal);
  }

  /**
   * What happens to the selected objects, for ever: reconnects where it stopped, and after a
   * 410 tells the differences. Ends by throwing the signal's reason, or when the loop is left.
   */
  async *watch(options: WatchOptions = {}, signal?: AbortSignal): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const observed = new Observed<T>();
    for await (const change of this.#follow(options, signal)) yield* observed.take(change);
  }

  /** All selected objects, now and again after each change; as {@link watch}. */
  async *observe(
    options: Omit<WatchOptions, 'resourceVersion'> = {},
    signal?: AbortSignal,
  ): AsyncGenerator<T[], void, undefined> {
    const observed = new Observed<T>();
    for await (const change of this.#follow(options, signal)) {
      observed.take(change);
      yield observed.items();
    }
  }

  /** What this client is about. @throws LongshoreError NotFound when the server does not serve it */
  async resource(): Promise<ApiResource> {
    if (typeof this.#resource === 'function') this.#resource = await this.#resource();
    return this.#resource;
  }

  #follow(options: WatchOptions, signal: AbortSignal | undefined): AsyncGenerator<Change<T>, void, undefined> {
    const { labelSelector, fieldSelector, resourceVersion, onRetry } = options;
    return follow<T>(
      {
        list: (listSignal) => this.list(options, listSignal),
        watch: async (version, watchSignal) => {
          const query: Query = { labelSelector, fieldSelector, watch: true, allowWatchBookmarks: true, resourceVersion: version };
          return readFrames(await this.#transport.stream({ path: await this.#collection(options), query }, watchSignal));
        },
        itemsOf: (object) => [object as T],
        versionOf: (object) => (object as T).metadata.resourceVersion ?? '',
      },
      { clock: this.#clock, fromVersion: resourceVersion, onRetry },
      signal,
    );
  }

  #send<R>(request: ApiRequest, signal: AbortSignal | undefined): Promise<R> {
    return this.#transport.json<R>(request, signal);
  }

  async #collection({ namespace, allNamespaces }: { namespace?: string; allNamespaces?: boolean }): Promise<string> {
    return collectionPath(await this.resource(), allNamespaces ? undefined : (namespace ?? this.#namespace));
  }

  async #path({ namespace }: InNamespace, name?: string, subresource?: string): Promise<string> {
    const collection = await this.#collection({ namespace });
    return [collection, ...(name === undefined ? [] : [encodeURIComponent(name)]), ...(subresource ? [subresource] : [])].join(
      '/',
    );
  }

  async #complete(draft: Draft<T>): Promise<Draft<T> & { apiVersion: string; kind: string }> {
    const resource = await this.resource();
    return { ...draft, apiVersion: draft.apiVersion ?? apiVersionOf(resource), kind: draft.kind ?? resource.kind };
  }
}

function writeQuery({ dryRun, fieldManager = 'longshore', fieldValidation = 'Strict' }: WriteOptions): Query {
  return { fieldManager, fieldValidation, dryRun: dryRun ? 'All' : undefined };
}

function deleteBody({ gracePeriodSeconds, propagation, uid, dryRun }: DeleteOptions): object {
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
    ...(uid === undefined ? {} : { preconditions: { uid } }),
    ...(dryRun ? { dryRun: ['All'] } : {}),
  };
}

function requireName({ metadata }: { metadata: { name?: string } }): string {
  if (metadata.name) return metadata.name;
  throw new LongshoreError('InvalidArgument', 'metadata.name must be set');
}
