import type { ServedResource, ServedSubresource } from '../discovery/served-resources.js';
import type { GroupVersionKind } from './definitions.js';
import type { SwaggerMethod, SwaggerOperation, SwaggerParameter, SwaggerPath, SwaggerSchema } from './swagger.js';

/** A resource with the OpenAPI schema of its objects and of their list. */
export interface DescribedResource extends ServedResource {
  readonly schema: SwaggerSchema;
  readonly listSchema: SwaggerSchema | undefined;
  /** Schema of a subresource's body, by its kind; absent kinds have the resource's own. */
  readonly subresourceSchemas: ReadonlyMap<string, SwaggerSchema>;
}

const query = (name: string, type: 'string' | 'boolean' | 'integer' = 'string'): SwaggerParameter => ({
  name,
  in: 'query',
  type,
});
const inPath = (name: string): SwaggerParameter => ({ name, in: 'path', type: 'string', required: true });

const writeParameters = [query('dryRun'), query('fieldManager'), query('fieldValidation')];
const selectionParameters = ['continue', 'fieldSelector', 'labelSelector', 'resourceVersion', 'resourceVersionMatch'].map(
  (name) => query(name),
);
const deleteParameters = [query('dryRun'), query('gracePeriodSeconds', 'integer'), query('propagationPolicy')];

const parametersOf: Record<string, SwaggerParameter[]> = {
  get: [],
  list: [...selectionParameters, query('limit', 'integer'), query('timeoutSeconds', 'integer'), query('watch', 'boolean')],
  create: writeParameters,
  update: writeParameters,
  patch: [...writeParameters, query('force', 'boolean')],
  delete: deleteParameters,
  deletecollection: [...deleteParameters, ...selectionParameters, query('limit', 'integer')],
};

const methods: Record<string, SwaggerMethod> = {
  get: 'get',
  list: 'get',
  create: 'post',
  update: 'put',
  patch: 'patch',
  delete: 'delete',
  deletecollection: 'delete',
};

const patchTypes = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json'];

/** The paths of `resources` with the operations that clients look up. Pure. */
export function renderPaths(resources: readonly DescribedResource[]): Record<string, SwaggerPath> {
  return Object.fromEntries(resources.flatMap(pathsOf));
}

function pathsOf(resource: DescribedResource): [string, SwaggerPath][] {
  const { group, version, kind, plural, namespaced, verbs, schema, listSchema } = resource;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const collection = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
  const scope = namespaced ? [inPath('namespace')] : [];
  const describe = (verb: string, gvk: GroupVersionKind, body: SwaggerSchema, suffix: string): SwaggerOperation =>
    operation(verb, gvk, body, `${verb}${capitalized(group)}${capitalized(version)}${resource.kind}${suffix}`);
  const operations = (wanted: readonly string[]): SwaggerPath => {
    const path: SwaggerPath = {};
    for (const verb of wanted.filter((candidate) => verbs.includes(candidate))) {
      const list = verb === 'list';
      const body = list ? (listSchema ?? schema) : schema;
      path[methods[verb] ?? 'get'] = describe(verb, { group, version, kind }, body, list ? 'List' : '');
    }
    return path;
  };
  const subresourcePath = (item: ServedSubresource): [string, SwaggerPath] => {
    const path: SwaggerPath = { parameters: [inPath('name'), ...scope] };
    const body = resource.subresourceSchemas.get(item.kind) ?? schema;
    for (const verb of item.verbs) path[methods[verb] ?? 'get'] = describe(verb, item, body, capitalized(item.name));
    return [`${collection}/{name}/${item.name}`, path];
  };
  const items = operations(['get', 'update', 'patch', 'delete']);
  return [
    [collection, { ...operations(['list', 'create', 'deletecollection']), parameters: scope }],
    ...(Object.keys(items).length > 0
      ? [[`${collection}/{name}`, { ...items, parameters: [inPath('name'), ...scope] }] satisfies [string, SwaggerPath]]
      : []),
    ...resource.subresources.map(subresourcePath),
  ];
}

function operation(
  verb: string,
  { group, version, kind }: GroupVersionKind,
  schema: SwaggerSchema,
  id: string,
): SwaggerOperation {
  const body: SwaggerParameter[] = ['create', 'update', 'patch'].includes(verb)
    ? [{ name: 'body', in: 'body', required: true, schema: verb === 'patch' ? { type: 'object' } : schema }]
    : [];
  return {
    operationId: id,
    description: `${verb} ${kind}`,
    consumes: verb === 'patch' ? patchTypes : ['*/*'],
    produces: ['application/json', 'application/yaml'],
    parameters: [...body, ...(parametersOf[verb] ?? [])],
    responses: { '200': { description: 'OK', schema }, '401': { description: 'Unauthorized' } },
    'x-kubernetes-action': verb,
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
}

/** `discovery.k8s.io` -> `Discovery`; `v1` -> `V1`; '' -> `Core` */
function capitalized(word: string): string {
  const first = word.split('.')[0] || 'core';
  return first.charAt(0).toUpperCase() + first.slice(1);
}
