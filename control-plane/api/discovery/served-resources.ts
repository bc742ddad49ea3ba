import { apiVersionOf, type ResourceDefinition, type Verb } from '../../resources/definition.js';

/** A subresource as discovery lists it. */
export interface ServedSubresource {
  readonly name: string;
  readonly verbs: readonly string[];
  /** What it takes and answers. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

type Listed = 'group' | 'version' | 'kind' | 'plural' | 'singular' | 'shortNames' | 'categories' | 'namespaced';

/** One resource as discovery lists it. */
export interface ServedResource extends Pick<ResourceDefinition, Listed> {
  readonly verbs: readonly string[];
  readonly subresources: readonly ServedSubresource[];
}

const objectVerbs = ['get', 'patch', 'update'];

/** Subresources of single kinds, beside status and scale. */
const proxyVerbs = ['create', 'delete', 'get', 'patch', 'update'];

const podSubresources: readonly ServedSubresource[] = [
  { name: 'attach', group: '', version: 'v1', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
  { name: 'binding', group: '', version: 'v1', kind: 'Binding', verbs: ['create'] },
  { name: 'eviction', group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
  { name: 'exec', group: '', version: 'v1', kind: 'PodExecOptions', verbs: ['create', 'get'] },
  { name: 'log', group: '', version: 'v1', kind: 'Pod', verbs: ['get'] },
  { name: 'portforward', group: '', version: 'v1', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
  { name: 'proxy', group: '', version: 'v1', kind: 'PodProxyOptions', verbs: proxyVerbs },
];

const reviews: readonly [group: string, plural: string, kind: string][] = [
  ['authentication.k8s.io', 'selfsubjectreviews', 'SelfSubjectReview'],
  ['authorization.k8s.io', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview'],
  ['authorization.k8s.io', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview'],
];

/** Everything that this API serves, stored kinds and reviews alike, in the order of discovery. */
export function servedResources(definitions: Iterable<ResourceDefinition>): ServedResource[] {
  return [...[...definitions].map(servedKind), ...reviews.map(servedReview)].sort((a, b) =>
    compare([a.group, a.version, a.plural], [b.group, b.version, b.plural]),
  );
}

function servedKind(definition: ResourceDefinition): ServedResource {
  const { group, version, kind, plural, singular, shortNames, categories, namespaced, verbs } = definition;
  const subresources: ServedSubresource[] = [
    ...(definition.status ? [{ name: 'status', group, version, kind, verbs: objectVerbs }] : []),
    ...(definition.scale ? [{ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: objectVerbs }] : []),
    ...(apiVersionOf(definition) === 'v1' && plural === 'pods' ? podSubresources : []),
    ...(apiVersionOf(definition) === 'v1' && plural === 'services'
      ? [{ name: 'proxy', group, version, kind: 'ServiceProxyOptions', verbs: proxyVerbs }]
      : []),
    ...(apiVersionOf(definition) === 'v1' && plural === 'namespaces'
      ? [{ name: 'finalize', group, version, kind, verbs: ['update'] }]
      : []),
  ].sort((a, b) => compare([a.name], [b.name]));
  const sortedVerbs = [...verbs].sort((a: Verb, b: Verb) => compare([a], [b]));
  return { group, version, kind, plural, singular, shortNames, categories, namespaced, verbs: sortedVerbs, subresources };
}

function servedReview([group, plural, kind]: (typeof reviews)[number]): ServedResource {
  return {
    group,
    version: 'v1',
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: false,
    verbs: ['create'],
    subresources: [],
  };
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (const [index, item] of a.entries()) {
    const other = b[index] ?? '';
    if (item !== other) return item < other ? -1 : 1;
  }
  return 0;
}
