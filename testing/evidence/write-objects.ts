import { stringify } from 'yaml';

import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { apiVersionOf, type ApiResource } from '../../lib/kubernetes-client/discovery/api-resource.js';
import type { AnyObject } from '../../lib/kubernetes-client/objects.js';
import { timeOf } from '../../lib/kubernetes-client/wait/evidence.js';
import type { Event } from '../../lib/kubernetes/types/core-v1.js';
import type { EvidenceFolder } from './evidence-folder.js';
import { redact } from './redact.js';

/** More than that and the file says little. */
const objectsOfKind = 200;
/** Written as events.txt. */
const skipped = 'events';

/** Every object that can be listed as YAML, a file for each kind and namespace, and all events as a table. */
export async function writeObjects(folder: EvidenceFolder, client: ApiClient, signal: AbortSignal): Promise<void> {
  await folder.write('events.txt', () => renderEvents(client, signal));
  let resources: readonly ApiResource[] = [];
  await folder.write('objects/discovery.txt', async () => {
    resources = (await client.discovery.all()).filter(({ plural, verbs }) => verbs.includes('list') && plural !== skipped);
    return resources.map((resource) => `${apiVersionOf(resource)} ${resource.plural}\n`).join('');
  });
  await Promise.all(resources.map((resource) => writeKind(folder, client, resource, signal)));
}

async function writeKind(folder: EvidenceFolder, client: ApiClient, resource: ApiResource, signal: AbortSignal): Promise<void> {
  let items: AnyObject[] = [];
  try {
    ({ items } = await client.of(resource).list({ allNamespaces: true }, signal));
  } catch (thrown) {
    await folder.write(`objects/${resource.plural}.txt`, () => Promise.reject(thrown instanceof Error ? thrown : new Error()));
  }
  const type = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  const namespaces = new Set(items.map(({ metadata }) => metadata.namespace ?? 'cluster'));
  for (const namespace of namespaces) {
    const objects = items.filter(({ metadata }) => (metadata.namespace ?? 'cluster') === namespace);
    const documents = objects.slice(0, objectsOfKind).map((object) => stringify(redact({ ...object, ...type })));
    await folder.write(`objects/${namespace}/${resource.plural}.yaml`, () => documents.join('---\n'));
  }
}

async function renderEvents(client: ApiClient, signal: AbortSignal): Promise<string> {
  const { items } = await client.events.list({ allNamespaces: true }, signal);
  const sorted = items.sort((a, b) => timeOf(a) - timeOf(b));
  return sorted.map((event) => `${renderEvent(event)}\n`).join('');
}

function renderEvent(event: Event): string {
  const { type = '', reason = '', message = '', count = 1, involvedObject } = event;
  const where = `${involvedObject.namespace ?? ''}/${(involvedObject.kind ?? '').toLowerCase()}/${involvedObject.name ?? ''}`;
  return `${new Date(timeOf(event)).toISOString()} ${type.padEnd(7)} ${reason} ${where} x${count}: ${message}`;
}
