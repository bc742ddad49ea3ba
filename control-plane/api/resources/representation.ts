import type { KubeObject } from '../../resources/client.js';
import type { ResourceDefinition } from '../../resources/definition.js';
import { bytesOf, objectOf } from '../../resources/registry/entries.js';
import type { Page } from '../../resources/registry/reader.js';
import { apiVersionOf } from '../../resources/definition.js';
import { respond, respondBytes, wantsPretty } from '../http/respond.js';
import { jsonType, negotiate, notAcceptableHere, type Representation } from '../negotiation/accept.js';
import { badRequest } from '../status.js';
import { columnDefinitions, partialObject, renderTable, tableRow, type IncludeObject } from '../tables/table.js';
import type { ResourceCall } from './resource-call.js';

/** The form in which the client wants objects of this kind. @throws StatusError 406 */
export function representationOf(call: ResourceCall): Representation {
  return negotiate(call.request.headers.accept, true);
}

/** @throws StatusError 400 */
export function includeObjectOf(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') ?? '';
  if (value === '') return 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(value)}`);
}

/** Answers with one object, as the object itself, a Table of one row or its metadata. */
export async function respondObject(call: ResourceCall, code: number, object: KubeObject): Promise<void> {
  const { format, as } = representationOf(call);
  if (as?.kind === 'PartialObjectMetadataList') throw notAcceptableHere();
  const headers = warningsOf(call);
  if (!as) return respond(call, code, object, format, headers);
  if (as.kind === 'PartialObjectMetadata') return respond(call, code, partialObject(object, as.version), format, headers);
  const { definition, services } = call;
  const table = renderTable({
    version: as.version,
    metadata: { resourceVersion: object.metadata.resourceVersion },
    columns: columnDefinitions(definition),
    rows: [
      tableRow(definition, object, { include: includeObjectOf(call.query), version: as.version, nowMs: services.clock.now() }),
    ],
  });
  return respond(call, code, table, format, headers);
}

/** Answers with a page of a list. The plain form is put together from the bytes of the objects. */
export async function respondPage(call: ResourceCall, page: Page): Promise<void> {
  const { definition, services } = call;
  const { format, as } = representationOf(call);
  const metadata = listMetadata(page);
  if (!as) {
    if (format === 'json' && !wantsPretty(call))
      return respondBytes(call, 200, listBytes(definition, page), { 'content-type': jsonType });
    return respond(call, 200, { ...listHead(definition, metadata), items: page.entries.map((entry) => objectOf(entry)) }, format);
  }
  const objects = page.entries.map((entry) => objectOf(entry));
  if (as.kind === 'PartialObjectMetadata') throw notAcceptableHere();
  if (as.kind === 'PartialObjectMetadataList') {
    const items = objects.map((object) => partialObject(object, as.version));
    return respond(call, 200, { kind: as.kind, apiVersion: `meta.k8s.io/${as.version}`, metadata, items }, format);
  }
  const options = { include: includeObjectOf(call.query), version: as.version, nowMs: services.clock.now() };
  const rows = objects.map((object) => tableRow(definition, object, options));
  return respond(call, 200, renderTable({ version: as.version, metadata, columns: columnDefinitions(definition), rows }), format);
}

export function listHead(definition: ResourceDefinition, metadata: object): object {
  return { kind: `${definition.kind}List`, apiVersion: apiVersionOf(definition), metadata };
}

function listMetadata({ revision, continueToken, remaining }: Page): object {
  return {
    resourceVersion: String(revision),
    ...(continueToken === undefined ? {} : { continue: continueToken }),
    ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
  };
}

function listBytes(definition: ResourceDefinition, page: Page): Buffer {
  const head = JSON.stringify(listHead(definition, listMetadata(page))).slice(0, -1);
  const parts: Buffer[] = [Buffer.from(`${head},"items":[`)];
  for (const [index, entry] of page.entries.entries()) {
    if (index > 0) parts.push(comma);
    parts.push(bytesOf(entry));
  }
  parts.push(tail);
  return Buffer.concat(parts);
}

const comma = Buffer.from(',');
const tail = Buffer.from(']}\n');

/** Warnings that the handler has gathered, as one header. */
function warningsOf({ warnings }: ResourceCall): Record<string, string> {
  if (warnings.length === 0) return {};
  return { warning: warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(', ') };
}
