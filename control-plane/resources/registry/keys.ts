import { type KubeObject } from '../client.js';
import { keyOfDefinition, type ResourceDefinition } from '../definition.js';

/** Store prefix of a kind, or of a kind in one namespace. */
export function prefixOf(definition: ResourceDefinition, namespace?: string): string {
  const kind = `/${keyOfDefinition(definition)}/`;
  return namespace === undefined || !definition.namespaced ? kind : `${kind}${namespace}/`;
}

/** Store key of an object. */
export function storeKey(definition: ResourceDefinition, namespace: string, name: string): string {
  return `/${keyOfDefinition(definition)}/${definition.namespaced ? namespace : ''}/${name}`;
}

export function storeKeyOf(definition: ResourceDefinition, object: KubeObject): string {
  return storeKey(definition, object.metadata.namespace ?? '', object.metadata.name);
}
