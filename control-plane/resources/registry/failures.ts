import { LongshoreError } from '../../../lib/errors/errors.js';
import { keyOfDefinition, type ResourceDefinition } from '../definition.js';

/** Kubernetes' wording of the failures that concern an object as a whole. */
export function notFound(definition: ResourceDefinition, name: string): LongshoreError {
  return failure('NotFound', definition, name, `${label(definition, name)} not found`);
}

export function alreadyExists(definition: ResourceDefinition, name: string): LongshoreError {
  return failure('AlreadyExists', definition, name, `${label(definition, name)} already exists`);
}

export function conflict(definition: ResourceDefinition, name: string, detail?: string): LongshoreError {
  const reason = detail ?? 'the object has been modified; please apply your changes to the latest version and try again';
  return failure('Conflict', definition, name, `Operation cannot be fulfilled on ${label(definition, name)}: ${reason}`);
}

export function forbiddenObject(
  definition: Pick<ResourceDefinition, 'plural' | 'group'>,
  name: string,
  detail: string,
  fields: Record<string, unknown> = {},
): LongshoreError {
  return failure('PermissionDenied', definition, name, `${label(definition, name)} is forbidden: ${detail}`, fields);
}

function label(definition: Pick<ResourceDefinition, 'plural' | 'group'>, name: string): string {
  return `${keyOfDefinition(definition)} ${JSON.stringify(name)}`;
}

function failure(
  code: 'NotFound' | 'AlreadyExists' | 'Conflict' | 'PermissionDenied',
  definition: Pick<ResourceDefinition, 'plural' | 'group'>,
  name: string,
  message: string,
  fields: Record<string, unknown> = {},
): LongshoreError {
  return new LongshoreError(code, message, {
    fields: { name, group: definition.group, resource: definition.plural, ...fields },
  });
}
