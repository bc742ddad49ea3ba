import type { ServedResource, ServedSubresource } from './served-resources.js';

/** The documents of discovery, computed from what is served. Pure. */

const groupVersion = (group: string, version: string): string => (group === '' ? version : `${group}/${version}`);

/** Served groups other than the core one, each with its versions, most preferred first. */
function groupsOf(resources: readonly ServedResource[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { group, version } of resources) {
    const versions = groups.get(group) ?? [];
    if (!versions.includes(version)) versions.push(version);
    groups.set(group, versions);
  }
  return groups;
}

/** /api */
export function apiVersions(serverAddress: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

/** /apis */
export function apiGroupList(resources: readonly ServedResource[]): object {
  const groups = [...groupsOf(resources)].filter(([group]) => group !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(([name, versions]) => groupEntry(name, versions)) };
}

/** /apis/<group>; undefined when the group is not served. */
export function apiGroup(resources: readonly ServedResource[], group: string): object | undefined {
  const versions = group === '' ? undefined : groupsOf(resources).get(group);
  return versions && { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group, versions) };
}

function groupEntry(name: string, versions: readonly string[]): object {
  const entries = versions.map((version) => ({ groupVersion: groupVersion(name, version), version }));
  return { name, versions: entries, preferredVersion: entries[0] };
}

/** /api/v1 and /apis/<group>/<version>; undefined when nothing is served there. */
export function apiResourceList(resources: readonly ServedResource[], group: string, version: string): object | undefined {
  const served = resources.filter((resource) => resource.group === group && resource.version === version);
  if (served.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupVersion(group, version),
    resources: served.flatMap((resource) => [
      {
        name: resource.plural,
        singularName: resource.singular,
        namespaced: resource.namespaced,
        kind: resource.kind,
        verbs: resource.verbs,
        ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
        ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
      },
      ...resource.subresources.map((subresource) => subresourceEntry(resource, subresource)),
    ]),
  };
}

function subresourceEntry(parent: ServedResource, { name, group, version, kind, verbs }: ServedSubresource): object {
  const foreign = group !== parent.group || version !== parent.version;
  return {
    name: `${parent.plural}/${name}`,
    singularName: '',
    namespaced: parent.namespaced,
    ...(foreign ? { group, version } : {}),
    kind,
    verbs,
  };
}

/** The aggregated form of /api and /apis: every resource in one document. */
export function aggregatedDiscovery(resources: readonly ServedResource[], root: 'api' | 'apis', apiVersion: string): object {
  const groups = [...groupsOf(resources)].filter(([group]) => (group === '') === (root === 'api'));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion,
    metadata: {},
    items: groups.map(([group, versions]) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versions.map((version) => ({
        version,
        freshness: 'Current',
        resources: resources.filter((item) => item.group === group && item.version === version).map(aggregatedEntry),
      })),
    })),
  };
}

function aggregatedEntry(resource: ServedResource): object {
  const { group, version, kind, plural, singular, namespaced, verbs, shortNames, categories, subresources } = resource;
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0
      ? {
          subresources: subresources.map((item) => ({
            subresource: item.name,
            responseKind: { group: item.group, version: item.version, kind: item.kind },
            verbs: item.verbs,
          })),
        }
      : {}),
  };
}
