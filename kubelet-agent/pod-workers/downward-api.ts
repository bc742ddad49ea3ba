import type { Container, PodAssignment, ResourceQuantities, ResourceSource } from '../../proto/gen/longshore/node/v1/pod.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { PodFacts } from '../volumes/volume-manager.js';

/**
 * A field of the pod as its containers see it in the environment.
 * @param path for example "metadata.labels['app']" or "status.podIP"
 * @throws LongshoreError InvalidArgument for a path that the downward API has not
 */
export function fieldValue({ pod }: PodAssignment, facts: PodFacts, path: string): string {
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (subscript) return pod?.[subscript[1] as 'labels' | 'annotations'][subscript[2] ?? ''] ?? '';
  const values: Record<string, string | undefined> = {
    'metadata.name': pod?.name,
    'metadata.namespace': pod?.namespace,
    'metadata.uid': pod?.uid,
    'spec.nodeName': facts.nodeName,
    'spec.serviceAccountName': pod?.serviceAccountName,
    'status.hostIP': facts.hostIp,
    'status.hostIPs': facts.hostIp,
    'status.podIP': facts.podIp,
    'status.podIPs': facts.podIp,
  };
  const value = values[path];
  if (value === undefined) throw new LongshoreError('InvalidArgument', `unsupported fieldPath: ${path}`);
  return value;
}

/**
 * A resource of a container in units of the divisor, rounded up. A limit that is not set
 * is what the node can give.
 * @param ownName the container that holds the reference
 * @throws LongshoreError InvalidArgument for a container or resource that there is not
 */
export function resourceValue(assignment: PodAssignment, facts: PodFacts, source: ResourceSource, ownName: string): string {
  const name = source.containerName || ownName;
  const container = [...(assignment.spec?.initContainers ?? []), ...(assignment.spec?.containers ?? [])].find(
    (candidate) => candidate.name === name,
  );
  if (!container) throw new LongshoreError('InvalidArgument', `container ${name} not found`);
  const millis = resourceMillis(container, facts, source.resource);
  if (millis === undefined) throw new LongshoreError('InvalidArgument', `unsupported container resource: ${source.resource}`);
  return String(Math.ceil(millis / (source.divisorMillis || 1000)));
}

/** In thousandths of cores or bytes. */
function resourceMillis(container: Container, { nodeAllocatable }: PodFacts, resource: string): number | undefined {
  const [kind, name] = resource.split('.');
  if (kind !== 'limits' && kind !== 'requests') return undefined;
  const amounts: ResourceQuantities = {
    ...(kind === 'limits' ? nodeAllocatable : {}),
    ...withoutUndefined(container.resources?.[kind]),
  };
  if (name === 'cpu') return amounts.cpuMillis ?? 0;
  if (name === 'memory') return (amounts.memoryBytes ?? 0) * 1000;
  return name === 'ephemeral-storage' ? (amounts.ephemeralStorageBytes ?? 0) * 1000 : undefined;
}

function withoutUndefined(quantities: ResourceQuantities | undefined): ResourceQuantities {
  return Object.fromEntries(Object.entries(quantities ?? {}).filter(([, value]) => value !== undefined));
}
