import { LongshoreError } from '../../lib/errors/errors.js';
import { formatRequirements, labelSelectorRequirements } from '../../lib/kubernetes/label-selector.js';
import type { Pod, Service } from '../../lib/kubernetes/types/core-v1.js';
import type { LabelSelector } from '../../lib/kubernetes/types/meta-v1.js';
import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import type { AnyObject } from '../../lib/kubernetes-client/objects.js';

/** A pod, and what it was chosen for. */
export interface ChosenPod {
  pod: Pod;
  /** The service that was named, for its ports. */
  service?: Service;
  /** How many pods there were to choose from. */
  candidates: number;
}

/**
 * The pod that POD or KIND/NAME means: itself, or one of those that a deployment, service or
 * the like selects. One that is Ready is preferred, then one that runs, then the youngest.
 * @throws LongshoreError NotFound, InvalidArgument for a kind that has no pods
 */
export async function choosePod(client: ApiClient, reference: string, signal: AbortSignal): Promise<ChosenPod> {
  const slash = reference.indexOf('/');
  if (slash === -1) return { pod: await client.pods.get(reference, {}, signal), candidates: 1 };
  const [word, name] = [reference.slice(0, slash), reference.slice(slash + 1)];
  const resource = await client.discovery.find(word);
  if (resource.kind === 'Pod' && resource.group === '') return { pod: await client.pods.get(name, {}, signal), candidates: 1 };
  const object = await client.of(resource).get(name, {}, signal);
  const labelSelector = selectorOf(object);
  const { items } = await client.pods.list({ labelSelector }, signal);
  const [pod] = rankPods(items);
  if (!pod)
    throw new LongshoreError('NotFound', `${reference} has no pods: nothing in ${client.namespace} matches ${labelSelector}`);
  return { pod, candidates: items.length, ...(object.kind === 'Service' ? { service: object as unknown as Service } : {}) };
}

/** Best first. Pure. */
export function rankPods(pods: readonly Pod[]): Pod[] {
  const score = (pod: Pod): number => {
    if (pod.metadata.deletionTimestamp) return 0;
    const ready = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    return ready ? 3 : pod.status?.phase === 'Running' ? 2 : 1;
  };
  const born = ({ metadata }: Pod): number => Date.parse(metadata.creationTimestamp ?? '') || 0;
  return [...pods].sort((a, b) => score(b) - score(a) || born(b) - born(a) || a.metadata.name.localeCompare(b.metadata.name));
}

/** The label selector of an object that has pods, as text. @throws LongshoreError InvalidArgument */
export function selectorOf(object: AnyObject): string {
  const { selector } = (object.spec ?? {}) as { selector?: LabelSelector | Record<string, string> };
  if (!selector || Object.keys(selector).length === 0) {
    throw new LongshoreError('InvalidArgument', `${object.kind} ${object.metadata.name} selects no pods: name a pod`);
  }
  // Services and replication controllers have plain labels there.
  const isPlain = Object.values(selector).every((value) => typeof value === 'string');
  const asSelector = isPlain ? { matchLabels: selector as Record<string, string> } : (selector as LabelSelector);
  return formatRequirements(labelSelectorRequirements(asSelector));
}

/**
 * The container that a command means: the named one, or the pod's default, or its first.
 * @throws LongshoreError InvalidArgument naming the pod's containers
 */
export function chooseContainer({ metadata, spec }: Pod, wanted: string | undefined): { name: string; others: number } {
  const all = [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])].map(({ name }) => name);
  if (wanted !== undefined) {
    if (all.includes(wanted)) return { name: wanted, others: 0 };
    throw new LongshoreError('InvalidArgument', `pod ${metadata.name} has no container ${wanted}; it has ${all.join(', ')}`);
  }
  const named = metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  const name = named !== undefined && all.includes(named) ? named : (all[0] ?? '');
  return { name, others: named === undefined ? spec.containers.length - 1 : 0 };
}
