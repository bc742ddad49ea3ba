import { LongshoreError } from '../../lib/errors/errors.js';
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../lib/kubernetes/types/apps-v1.js';
import type { Event, Node, Pod, Service } from '../../lib/kubernetes/types/core-v1.js';
import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import type { AnyObject } from '../../lib/kubernetes-client/objects.js';
import { selectorOf } from '../objects/choose-pod.js';
import type { Printer } from '../terminal/printer.js';
import { parseTargets, resolveTargets } from '../objects/resource-arguments.js';
import { forEachOrFail } from '../terminal/for-each.js';
import { eventsField } from './common.js';
import { describeNode } from './node.js';
import { renderPage, type Page } from './page.js';
import { describeConfigMap, describePlainly, describeSecret } from './plain.js';
import { describePod } from './pod.js';
import { describeService } from './service.js';
import { describeDeployment, describePodOwner } from './workload.js';

/** Prints a description of every object that the command line means. */
export async function describeTargets(
  client: ApiClient,
  words: readonly string[],
  { selector: labelSelector, allNamespaces }: { selector?: string; allNamespaces: boolean },
  print: Printer,
  signal: AbortSignal,
): Promise<void> {
  const targets = await resolveTargets(client.discovery, parseTargets(words));
  if (labelSelector !== undefined && targets.some(({ names }) => names.length > 0)) {
    throw new LongshoreError('InvalidArgument', 'a name and a selector do not go together: a name is one object already');
  }
  let printed = 0;
  const show = async (object: AnyObject): Promise<void> => {
    if (printed++ > 0) print.out('\n');
    print.out(renderPage(await pageOf(client, object, signal)));
  };
  await forEachOrFail(targets, async ({ resource, names }) => {
    const objects = client.of(resource);
    if (names.length === 0)
      for (const object of (await objects.list({ labelSelector, allNamespaces }, signal)).items) await show(object);
    await forEachOrFail(names, async (name) => show(await objects.get(name, {}, signal)));
  });
  if (printed === 0) print.note(allNamespaces ? 'No resources found' : `No resources found in ${client.namespace} namespace.`);
}

async function pageOf(client: ApiClient, object: AnyObject, signal: AbortSignal): Promise<Page> {
  const [page, events] = await Promise.all([bodyOf(client, object, signal), eventsOf(client, object, signal)]);
  return [...page, eventsField(events, client.clock.now())];
}

/** The description of an object, with what else has to be read for it. */
async function bodyOf(client: ApiClient, object: AnyObject, signal: AbortSignal): Promise<Page> {
  const core = object.apiVersion === 'v1';
  switch (`${core ? '' : `${object.apiVersion}/`}${object.kind}`) {
    case 'Pod':
      return describePod(object as unknown as Pod);
    case 'Node':
      return describeNodeWithPods(client, object as unknown as Node, signal);
    case 'Service':
      return describeServiceWithSlices(client, object as unknown as Service, signal);
    case 'ConfigMap':
      return describeConfigMap(object);
    case 'Secret':
      return describeSecret(object);
    case 'apps/v1/Deployment':
      return describeDeployment(
        object as unknown as Deployment,
        await owned(client.replicaSets.list(selection(object), signal), object),
      );
    case 'apps/v1/ReplicaSet':
    case 'apps/v1/StatefulSet':
    case 'apps/v1/DaemonSet':
      return describePodOwner(
        object as unknown as ReplicaSet | StatefulSet | DaemonSet,
        await owned(client.pods.list(selection(object), signal), object),
      );
    default:
      return describePlainly(object);
  }
}

async function describeNodeWithPods(client: ApiClient, node: Node, signal: AbortSignal): Promise<Page> {
  const { name } = node.metadata;
  const [pods, leases] = await Promise.all([
    client.pods.list({ allNamespaces: true, fieldSelector: `spec.nodeName=${name}` }, signal),
    client.leases.list({ namespace: 'kube-node-lease', fieldSelector: `metadata.name=${name}` }, signal),
  ]);
  return describeNode(node, pods.items, leases.items[0]);
}

async function describeServiceWithSlices(client: ApiClient, service: Service, signal: AbortSignal): Promise<Page> {
  const { name, namespace } = service.metadata;
  const labelSelector = `kubernetes.io/service-name=${name}`;
  return describeService(service, (await client.endpointSlices.list({ namespace, labelSelector }, signal)).items);
}

function selection(object: AnyObject): { namespace: string | undefined; labelSelector: string } {
  return { namespace: object.metadata.namespace, labelSelector: selectorOf(object) };
}

async function owned<T extends { metadata: AnyObject['metadata'] }>(
  list: Promise<{ items: T[] }>,
  owner: AnyObject,
): Promise<T[]> {
  const { items } = await list;
  return items.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) === true);
}

/** Events of objects without a namespace are in default. */
async function eventsOf(client: ApiClient, { kind, metadata }: AnyObject, signal: AbortSignal): Promise<Event[]> {
  if (kind === 'Event') return [];
  const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${metadata.name}`;
  const { items } = await client.events.list({ namespace: metadata.namespace ?? 'default', fieldSelector }, signal);
  return items.filter(({ involvedObject: { uid } }) => !uid || uid === metadata.uid || uid === metadata.name);
}
