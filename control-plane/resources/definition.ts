import type { FieldCause } from './causes.js';
import type { KubeObject } from './client.js';
import type { ResourceKey, ResourceTypes } from './resource-types.js';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** Every verb: what all kinds but a few offer. */
export const allVerbs: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** A column of `kubectl get`; with a priority above 0 only in `-o wide`. */
export interface PrinterColumn<T extends KubeObject = KubeObject> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  /** 'name' marks the column that names the object. */
  readonly format?: string;
  readonly priority?: number;
  readonly description?: string;
  /** @param nowMs for ages */
  cell(object: T, nowMs: number): string | number | boolean;
}

/** A field that `--field-selector` may name. */
export interface SelectableField<T extends KubeObject = KubeObject> {
  readonly path: string;
  value(object: T): string;
}

/** How the scale subresource maps onto a kind. */
export interface ScaleMapping<T extends KubeObject = KubeObject> {
  replicas(object: T): number;
  /** Changes `object` in place. */
  setReplicas(object: T, replicas: number): void;
  statusReplicas(object: T): number;
  /** The label selector in its text form. */
  selector(object: T): string;
}

/** What admission may look at: a consistent-enough read of other objects, settings, names. */
export interface AdmissionContext {
  get<K extends ResourceKey>(key: K, namespace: string, name: string): Promise<ResourceTypes[K] | undefined>;
  /** Owner of a claim marker, as {@link claimOwner} writes it; undefined when it is free. */
  claimedBy(claim: string): Promise<string | undefined>;
  /** All claim markers under a prefix. */
  claims(prefix: string): Promise<readonly string[]>;
  readonly settings: AdmissionSettings;
  /** `length` random characters of Kubernetes' name alphabet. */
  suffix(length: number): string;
  /** A random integer in [0, bound). */
  randomInt(bound: number): number;
}

export interface AdmissionSettings {
  /** ClusterIPs are given out from here. Default 10.96.0.0/16. */
  readonly serviceCidr: string;
  /** First and last NodePort. Default 30000 to 32767. */
  readonly nodePorts: readonly [number, number];
  /** tolerationSeconds given to pods for unreachable and not-ready nodes. Default 2. */
  readonly defaultTolerationSeconds: number;
}

/**
 * One kind: everything that the generic registry, the API's discovery and its tables need
 * to know of it. Hooks run in the order defaults, admit, prepare, validate; all but `admit`
 * are synchronous and pure apart from changing the object that they are given.
 */
export interface ResourceDefinition<T extends KubeObject = KubeObject> {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  /** For example 'all'. */
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  /** Whether status is a subresource with a writer of its own. */
  readonly status: boolean;
  /** Whether the kind has a spec. */
  readonly hasSpec: boolean;
  readonly scale?: ScaleMapping<T>;
  /** Key of lib/kubernetes/schema's table. */
  readonly schemaType: string;
  /** Tables: `kubectl get` prints these. */
  readonly columns: readonly PrinterColumn<T>[];
  /** Field selectors beside metadata.name and metadata.namespace. */
  readonly fieldSelectors: readonly SelectableField<T>[];
  /** Syntax of metadata.name; default a DNS-1123 subdomain. */
  readonly nameFormat?: 'subdomain' | 'label' | 'service' | 'path-segment';

  /** Fills in what the user left out, as Kubernetes does. */
  defaults?(object: T): void;
  /** Admission on create and update: may read other objects, change this one, or refuse it. */
  admit?(object: T, previous: T | undefined, context: AdmissionContext): Promise<void>;
  /** Last changes before a new object is validated and stored; its status starts here. */
  prepareForCreate?(object: T, nowMs: number): void;
  /** Restores what an update of the main resource may not touch (status is restored already). */
  prepareForUpdate?(object: T, previous: T, nowMs: number): void;
  validate?(object: T, previous: T | undefined): FieldCause[];
  /** Part whose change increments metadata.generation; without it the kind has no generation. */
  generationOf?(object: T): unknown;
  /** Names that are unique in the cluster and taken and freed together with the object (addresses, ports). */
  claims?(object: T): readonly string[];
  /** Seconds that a deletion waits for somebody to finish the object off; 0 or absent: none. */
  gracePeriodSeconds?(object: T, requested: number | undefined): number;
  /** Whether the object must stay although it is being deleted and has no finalizers in its metadata. */
  holdsDeletion?(object: T): boolean;
  /** Why this object may never be deleted; undefined when it may. */
  refuseDeletion?(object: T): string | undefined;
  /** Marks an object whose deletion has begun. */
  prepareForDeletion?(object: T): void;
}

/** Text of a claim marker: who owns it. */
export function claimOwner(definition: ResourceDefinition, object: KubeObject): string {
  return `${definition.plural}/${object.metadata.namespace ?? ''}/${object.metadata.name}/${object.metadata.uid ?? ''}`;
}

/** `plural` or `plural.group`: how facade, store keys and messages name a kind. */
export function keyOfDefinition(definition: Pick<ResourceDefinition, 'plural' | 'group'>): string {
  return definition.group === '' ? definition.plural : `${definition.plural}.${definition.group}`;
}

/** `v1` or `apps/v1`. */
export function apiVersionOf(definition: Pick<ResourceDefinition, 'group' | 'version'>): string {
  return definition.group === '' ? definition.version : `${definition.group}/${definition.version}`;
}
