import { schemaTypeOf } from '../../resources/schema/protobuf.js';
import { kubernetesVersion } from '../discovery/version.js';
import type { ServedResource } from '../discovery/served-resources.js';
import { referenceTo, renderDefinitions, type GroupVersionKind } from './definitions.js';
import { renderPaths, type DescribedResource } from './paths.js';
import type { SwaggerDocument } from './swagger.js';

/** Types that clients look up beside the kinds themselves. */
const commonTypes = ['meta.v1.Status', 'meta.v1.DeleteOptions'];

/** The API as a Swagger 2.0 document: every kind served, its type and the paths to it. */
export function renderOpenApi(resources: readonly ServedResource[]): SwaggerDocument {
  const kinds = new Map<string, GroupVersionKind[]>();
  const describe = ({ group, version, kind }: GroupVersionKind): string | undefined => {
    const type = schemaTypeOf(group === '' ? version : `${group}/${version}`, kind);
    if (type !== undefined) kinds.set(type, [{ group, version, kind }]);
    return type;
  };
  const described = resources.map((resource): DescribedResource => {
    const type = describe(resource);
    const listType = resource.verbs.includes('list') ? describe({ ...resource, kind: `${resource.kind}List` }) : undefined;
    const subresourceTypes = resource.subresources.map((item) => [item.kind, describe(item)] as const);
    return {
      ...resource,
      schema: type ? referenceTo(type) : { type: 'object' },
      listSchema: listType ? referenceTo(listType) : undefined,
      subresourceSchemas: new Map(subresourceTypes.flatMap(([kind, found]) => (found ? [[kind, referenceTo(found)]] : []))),
    };
  });
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: kubernetesVersion.gitVersion },
    paths: renderPaths(described),
    definitions: renderDefinitions([...kinds.keys(), ...commonTypes], kinds),
  };
}
