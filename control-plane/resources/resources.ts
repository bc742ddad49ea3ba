/**
 * The resources of the control plane: every kind, its rules, and the only way to read or
 * write objects. API, controllers, scheduler and node plane meet here.
 *
 * For controllers, scheduler and node plane:
 *   resources.client('pods')                      ResourceClient<Pod> (client.ts)
 *   resources.informer('pods', { indexes: {...} })  shared cache, fed by resources.run(signal)
 *
 * For the API, by key at run time:
 *   resources.definitions                         for discovery and tables
 *   resources.definition(key) / resources.registry(key)
 *   registry.create / update / updateStatus / modify / delete
 *   registry.remove(ns, name, options)            delete that tells whether the object is gone
 *   registry.deleteCollection(ns?, { selection, ...DeleteOptions })
 *   registry.page({ namespace?, selection?, limit?, continueToken?, revision? })
 *       -> { revision, entries, continueToken?, remaining? }
 *   registry.watch({ namespace?, selection?, fromRevision }, signal)
 *       -> batches { revision, events: { type: ADDED|MODIFIED|DELETED, entry }[] }
 *   registry.entry(ns, name)                      the raw entry
 *   objectOf(entry), bytesOf(entry)               registry/entries.ts: frozen object, JSON bytes,
 *                                                 both with resourceVersion, made once
 *   selectionOf(definition, { labelSelector?, fieldSelector? })   field-selector.ts
 *   decode(schemaType, json)                      schema/decode.ts: object, causes, unknown fields
 *   strategicMergePatch(schemaType, current, patch), mergePatch(current, patch)   schema/
 *   decodeProtobuf(bytes)                         schema/protobuf.ts
 *   resources.revision()                          newest resourceVersion
 */
import { type Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Logger } from '../../lib/log/logger.js';
import type { Store } from '../store/store.js';
import type { Informer, KubeObject, ResourceClient } from './client.js';
import { keyOfDefinition, type AdmissionSettings, type ResourceDefinition } from './definition.js';
import { definitionsByKey } from './definitions.js';
import { sweepEvents } from './event-sweeper.js';
import { InformerSet } from './informer-set.js';
import type { IndexFunctions } from './indexed-cache.js';
import { createAdmissionContext, defaultAdmissionSettings } from './registry/admission-context.js';
import { repairServiceClaims } from './service/repair-claims.js';
import { createIdentifiers } from './registry/identifiers.js';
import { ResourceRegistry } from './registry/registry.js';
import type { ResourceKey, ResourceTypes } from './resource-types.js';

export type { ResourceKey, ResourceTypes } from './resource-types.js';

export interface ResourcesOptions {
  store: Store;
  clock: Clock;
  log: Logger;
  /** Uniform in [0, 1): uids, generated names and addresses become reproducible. For tests. */
  random?: () => number;
  settings?: Partial<AdmissionSettings>;
}

export class Resources {
  readonly definitions: readonly ResourceDefinition[] = Object.values(definitionsByKey);
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #registries = new Map<string, ResourceRegistry>();
  readonly #informers: InformerSet;

  constructor({ store, clock, log, random, settings }: ResourcesOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    const identifiers = createIdentifiers(random);
    const admission = createAdmissionContext({
      store,
      identifiers,
      settings: { ...defaultAdmissionSettings, ...settings },
    });
    for (const definition of this.definitions) {
      const registry = new ResourceRegistry({ definition, store, clock, identifiers, admission });
      this.#registries.set(keyOfDefinition(definition), registry);
    }
    this.#informers = new InformerSet({ clock, log });
  }

  client<K extends ResourceKey>(key: K): ResourceClient<ResourceTypes[K]> {
    return this.registry(key);
  }

  /** Typed by a known key; any other string gives the kind that discovery knows by that name. @throws LongshoreError NotFound */
  registry<K extends ResourceKey>(key: K): ResourceRegistry<ResourceTypes[K]>;
  registry(key: string): ResourceRegistry;
  registry(key: string): ResourceRegistry {
    const registry = this.#registries.get(key);
    if (!registry) throw new LongshoreError('NotFound', `the server could not find the requested resource ${key}`);
    return registry;
  }

  definition(key: string): ResourceDefinition | undefined {
    return this.#registries.get(key)?.definition;
  }

  /** The shared cache of a kind. Indexes add up; an index that exists already keeps its function. */
  informer<K extends ResourceKey>(
    key: K,
    options: { indexes?: IndexFunctions<ResourceTypes[K]> } = {},
  ): Informer<ResourceTypes[K]> {
    return this.#informers.get(this.registry(key), options.indexes ?? {});
  }

  /** The newest resourceVersion. */
  revision(): number {
    return this.#store.revision();
  }

  /** Makes cluster-wide allocations agree with the objects; bootstrapCluster does it at each start. */
  async repair(): Promise<void> {
    await repairServiceClaims(this.#store, this.#log);
  }

  /** Feeds the informers and sweeps old events until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const events = this.client('events');
    await Promise.all([this.#informers.run(signal), sweepEvents({ events, clock: this.#clock, log: this.#log }, signal)]);
  }
}

export type { Informer, KubeObject, ResourceClient };
