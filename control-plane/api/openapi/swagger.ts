/** The part of Swagger 2.0 that Kubernetes clients read; names are those of its JSON. */

export interface SwaggerDocument {
  swagger: '2.0';
  info: { title: string; version: string };
  paths: Record<string, SwaggerPath>;
  definitions: Record<string, SwaggerSchema>;
}

export interface SwaggerSchema extends Extensions {
  $ref?: string;
  type?: string;
  format?: string;
  description?: string;
  required?: string[];
  properties?: Record<string, SwaggerSchema>;
  items?: SwaggerSchema;
  additionalProperties?: SwaggerSchema;
}

export type SwaggerMethod = 'get' | 'put' | 'post' | 'delete' | 'patch';

export type SwaggerPath = Partial<Record<SwaggerMethod, SwaggerOperation>> & { parameters?: SwaggerParameter[] };

export interface SwaggerOperation extends Extensions {
  operationId: string;
  description: string;
  consumes: string[];
  produces: string[];
  parameters?: SwaggerParameter[];
  responses: Record<string, { description: string; schema?: SwaggerSchema }>;
}

export interface SwaggerParameter {
  name: string;
  in: 'query' | 'path' | 'body';
  description?: string;
  required?: boolean;
  type?: 'string' | 'boolean' | 'integer';
  schema?: SwaggerSchema;
}

/** Vendor extensions stand among the fields. */
type Extensions = Partial<Record<`x-kubernetes-${string}`, unknown>>;

/** The vendor extensions of a schema or operation. */
export function extensionsOf(item: object): [string, unknown][] {
  return Object.entries(item).filter(([name]) => name.startsWith('x-'));
}
