import type { ObjectMeta } from '../kubernetes/types/meta-v1.js';

/** What every Kubernetes object has. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** An object of a kind that is known only at run time. */
export interface AnyObject extends KubeObject {
  [field: string]: unknown;
}

/**
 * An object as it is handed in: apiVersion and kind may be left out where the client knows
 * them, and metadata.name where generateName stands.
 */
export type Draft<T extends KubeObject> = Omit<T, keyof KubeObject> & {
  apiVersion?: string;
  kind?: string;
  metadata: Partial<ObjectMeta>;
};

/** A manifest: it names its own kind. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: Partial<ObjectMeta>;
}

export interface ObjectList<T extends KubeObject> {
  items: T[];
  /** Of the list as a whole: a watch from here misses nothing. */
  resourceVersion: string;
}

/** kind/name as kubectl prints it: pod/web, deployment.apps/web. */
export function referenceOf({ kind, apiVersion, metadata }: Manifest): string {
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : [];
  return `${kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${metadata.name ?? metadata.generateName ?? ''}`;
}
