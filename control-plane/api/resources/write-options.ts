import { invalidObject } from '../../resources/causes.js';
import type { DeleteOptions, WriteOptions } from '../../resources/client.js';
import { decodeObject, fieldValidationOf } from '../body/decode-object.js';
import { decodeBody } from '../body/decode-body.js';
import { isTrue } from '../http/request-info.js';
import { readBody } from '../http/read-body.js';
import { badRequest } from '../status.js';
import { integerOf } from './read-handlers.js';
import type { ResourceCall } from './resource-call.js';

/** Options of a write from its query. @throws LongshoreError InvalidArgument */
export function writeOptionsOf(query: URLSearchParams, kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions'): WriteOptions {
  const fieldManager = query.get('fieldManager') ?? '';
  return { dryRun: isDryRun(query.getAll('dryRun'), kind), ...(fieldManager === '' ? {} : { fieldManager }) };
}

interface DeleteOptionsBody {
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
  orphanDependents?: boolean;
  dryRun?: string[];
  preconditions?: { uid?: string; resourceVersion?: string };
}

const policies = ['Orphan', 'Background', 'Foreground'] as const;

/**
 * Options of a deletion: from the body when there is one, else from the query.
 * @throws StatusError 400, LongshoreError InvalidArgument
 */
export async function deleteOptionsOf(call: ResourceCall): Promise<DeleteOptions> {
  const { request, query, services } = call;
  const bytes = await readBody(request, services.clock);
  const given = bytes.length > 0 ? await decodeDeleteOptions(call, bytes) : deleteOptionsOfQuery(query);
  return toDeleteOptions(given);
}

/** The options as the registry takes them. @throws StatusError 400, LongshoreError InvalidArgument */
export function toDeleteOptions(given: DeleteOptionsBody): DeleteOptions {
  const { gracePeriodSeconds, preconditions, orphanDependents } = given;
  if (gracePeriodSeconds !== undefined && gracePeriodSeconds < 0) {
    throw invalidOption(
      'DeleteOptions',
      'gracePeriodSeconds',
      `Invalid value: ${gracePeriodSeconds}: must be greater than or equal to 0`,
    );
  }
  const policy = given.propagationPolicy ?? (orphanDependents === undefined ? '' : orphanDependents ? 'Orphan' : 'Background');
  const propagationPolicy = policies.find((known) => known === policy);
  if (policy !== '' && !propagationPolicy) {
    const supported = policies.map((known) => JSON.stringify(known)).join(', ');
    throw invalidOption(
      'DeleteOptions',
      'propagationPolicy',
      `Unsupported value: ${JSON.stringify(policy)}: supported values: ${supported}`,
    );
  }
  return {
    dryRun: isDryRun(given.dryRun ?? [], 'DeleteOptions'),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(preconditions === undefined ? {} : { preconditions }),
  };
}

async function decodeDeleteOptions({ request, query, warnings }: ResourceCall, bytes: Buffer): Promise<DeleteOptionsBody> {
  const document = await decodeBody(bytes, request.headers['content-type']);
  const { apiVersion } = (document.value ?? {}) as { apiVersion?: string };
  // Clients give it the version of the object's group, or meta.k8s.io's, or none.
  const value = { ...(document.value as object), apiVersion: apiVersion === undefined ? undefined : 'v1' };
  const expected = { group: '', version: 'v1', kind: 'DeleteOptions', schemaType: 'meta.v1.DeleteOptions' };
  const validation = fieldValidationOf(query);
  return decodeObject({ ...document, value }, expected, validation, (text) => warnings.push(text)) as DeleteOptionsBody;
}

function deleteOptionsOfQuery(query: URLSearchParams): DeleteOptionsBody {
  const gracePeriodSeconds = integerOf(query, 'gracePeriodSeconds');
  const propagationPolicy = query.get('propagationPolicy') ?? '';
  const orphan = query.get('orphanDependents');
  return {
    dryRun: query.getAll('dryRun'),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === '' ? {} : { propagationPolicy }),
    ...(orphan === null ? {} : { orphanDependents: isTrue(orphan) }),
  };
}

function isDryRun(values: readonly string[], kind: string): boolean {
  const given = values.filter((value) => value !== '');
  const wrong = given.find((value) => value !== 'All');
  if (wrong !== undefined) {
    throw invalidOption(kind, 'dryRun', `Unsupported value: ${JSON.stringify(wrong)}: supported values: "All"`);
  }
  return given.length > 0;
}

function invalidOption(kind: string, field: string, message: string): Error {
  return invalidObject(kind, 'meta.k8s.io', '', [{ reason: 'FieldValueInvalid', field, message }]);
}

/** The name or namespace of a body must be that of the path. @throws StatusError 400 */
export function requireSameName(call: ResourceCall, metadata: { name?: string; namespace?: string }): void {
  const { target } = call;
  if (target.name !== '' && metadata.name !== target.name) {
    throw badRequest(
      metadata.name
        ? `the name of the object (${metadata.name}) does not match the name on the URL (${target.name})`
        : 'name must be provided',
    );
  }
  if (call.definition.namespaced && metadata.namespace !== target.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}
