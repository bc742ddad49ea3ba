import type { APIGroupList, APIResourceList } from '../../kubernetes/types/meta-v1.js';
import type { Transport } from '../http/transport.js';
import type { ApiResource } from './api-resource.js';

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

interface AggregatedList {
  kind: 'APIGroupDiscoveryList';
  items: { metadata?: { name?: string }; versions: { version: string; resources?: AggregatedResource[] }[] }[];
}

interface AggregatedResource {
  resource: string;
  responseKind?: { kind: string };
  scope: string;
  singularResource?: string;
  shortNames?: string[];
  categories?: string[];
  verbs: string[];
}

/** Everything that the server serves, most preferred group and version first, the core group before all. */
export async function readDiscovery(transport: Transport, signal?: AbortSignal): Promise<ApiResource[]> {
  const [core, groups] = await Promise.all(
    ['/api', '/apis'].map((path) => transport.json<AggregatedList | Partial<APIGroupList>>({ path, accept: aggregated }, signal)),
  );
  if (isAggregated(core) && isAggregated(groups)) return [...resourcesOf(core), ...resourcesOf(groups)];
  // A server before 1.26 knows one document for each version.
  const versions = isAggregated(groups) ? [] : versionsOf(groups);
  const lists = await Promise.all(
    [{ group: '', version: 'v1' }, ...versions].map(async ({ group, version }) => {
      const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
      return plainResources(await transport.json<APIResourceList>({ path }, signal), group, version);
    }),
  );
  return lists.flat();
}

function isAggregated(document: { kind?: string } | undefined): document is AggregatedList {
  return document?.kind === 'APIGroupDiscoveryList';
}

function resourcesOf({ items }: AggregatedList): ApiResource[] {
  return items.flatMap(({ metadata, versions }) =>
    versions.flatMap(({ version, resources = [] }) =>
      resources.map((entry) => ({
        group: metadata?.name ?? '',
        version,
        kind: entry.responseKind?.kind ?? '',
        plural: entry.resource,
        singular: entry.singularResource ?? '',
        shortNames: entry.shortNames ?? [],
        categories: entry.categories ?? [],
        namespaced: entry.scope === 'Namespaced',
        verbs: entry.verbs,
      })),
    ),
  );
}

/** The preferred version of each group before its others. */
function versionsOf(list: Partial<APIGroupList> | undefined): { group: string; version: string }[] {
  return (list?.groups ?? []).flatMap(({ name, versions, preferredVersion }) => {
    const preferred = preferredVersion?.version;
    const names = versions.map(({ version }) => version);
    return [...names.filter((version) => version === preferred), ...names.filter((version) => version !== preferred)].map(
      (version) => ({ group: name, version }),
    );
  });
}

function plainResources({ resources }: APIResourceList, group: string, version: string): ApiResource[] {
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map((entry) => ({
      group,
      version,
      kind: entry.kind,
      plural: entry.name,
      singular: entry.singularName,
      shortNames: entry.shortNames ?? [],
      categories: entry.categories ?? [],
      namespaced: entry.namespaced,
      verbs: entry.verbs,
    }));
}
