import type { LongshoreError } from '../errors/errors.js';

/** Where an object is looked for. */
export interface InNamespace {
  /** Default: the client's namespace. Ignored for kinds that have none. */
  namespace?: string;
}

export interface Selection {
  /** As kubectl takes it: app=web,tier in (a,b). */
  labelSelector?: string;
  /** metadata.name=web, spec.nodeName=node-1, status.phase!=Running. */
  fieldSelector?: string;
}

export interface ListOptions extends InNamespace, Selection {
  /** Objects of every namespace. Default false. */
  allNamespaces?: boolean;
  /** Objects asked for at once; the list is fetched in chunks and returned whole. Default 500. */
  chunkSize?: number;
}

export interface WriteOptions extends InNamespace {
  /** Everything but storing. Default false. */
  dryRun?: boolean;
  /** Who owns the fields that are written. Default longshore. */
  fieldManager?: string;
  /** What becomes of unknown and duplicate fields. Default Strict: they are errors. */
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Writes this part of the object only. */
  subresource?: 'status' | 'scale';
}

/** One of the three patches of the API. */
export type Patch =
  /** RFC 7386: objects are merged, null deletes, lists are replaced. */
  | { merge: object }
  /** As merge, but lists of built-in kinds are merged by their keys. */
  | { strategic: object }
  /** RFC 6902: operations. */
  | { json: readonly object[] };

export interface DeleteOptions extends InNamespace {
  /** Seconds that pods get to end; 0 ends them at once. Default: the object's own. */
  gracePeriodSeconds?: number;
  /** What becomes of the objects that it owns. Default Background: they are deleted after it. */
  propagation?: 'Background' | 'Foreground' | 'Orphan';
  /** Only this incarnation of the object. */
  uid?: string;
  dryRun?: boolean;
}

export interface WatchOptions extends InNamespace, Selection {
  allNamespaces?: boolean;
  /**
   * The watch begins after this version; without one it begins with an ADDED for every
   * object that is there.
   */
  resourceVersion?: string;
  /** Hears why the server is asked again: it is away, or has forgotten the version. */
  onRetry?: (error: LongshoreError) => void;
}

export interface LogOptions extends InNamespace {
  /** Default: the only container, or the one that the pod names as its default. */
  container?: string;
  /** Goes on until the container ends. Default false. */
  follow?: boolean;
  /** The container's life before this one. Default false. */
  previous?: boolean;
  /** Lines from the end. Default: all. */
  tailLines?: number;
  sinceSeconds?: number;
  /** RFC 3339. */
  sinceTime?: string;
  /** Begins each line with its time, RFC 3339. Default false. */
  timestamps?: boolean;
  limitBytes?: number;
}
