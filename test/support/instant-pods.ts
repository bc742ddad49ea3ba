import type { Pod } from '../../lib/kubernetes/types/core-v1.js';
import { objectOf } from '../../control-plane/resources/registry/entries.js';
import type { Resources } from '../../control-plane/resources/resources.js';

/**
 * Stands in for scheduler and nodes where a test needs pods that run but no containers:
 * every pod is bound to `node` and ready at once, and gone as soon as it is deleted.
 */
export async function runInstantPods(resources: Resources, node: string, signal: AbortSignal): Promise<void> {
  const pods = resources.client('pods');
  const advance = async (pod: Pod): Promise<void> => {
    const { namespace = '', name, uid = '' } = pod.metadata;
    if (pod.metadata.deletionTimestamp) {
      await pods.delete(namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
    } else if (!pod.spec.nodeName) {
      await pods.modify(namespace, name, (draft) => void (draft.spec.nodeName = node), { uid });
    } else if (pod.status?.phase !== 'Running') {
      await pods.modify(namespace, name, (draft) => void (draft.status = runningStatus(draft)), { uid, subresource: 'status' });
    }
  };
  const { revision, entries } = await resources.registry('pods').page();
  for (const entry of entries) await advance(objectOf<Pod>(entry));
  for await (const batch of resources.registry('pods').watch({ fromRevision: revision }, signal)) {
    for (const { type, entry } of batch.events) if (type !== 'DELETED') await advance(objectOf<Pod>(entry));
  }
}

function runningStatus(pod: Pod): NonNullable<Pod['status']> {
  const at = pod.metadata.creationTimestamp ?? '';
  const conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
    type,
    status: 'True',
    lastTransitionTime: at,
  }));
  return {
    ...pod.status,
    phase: 'Running',
    conditions,
    hostIP: '127.0.0.1',
    podIP: '10.244.0.9',
    podIPs: [{ ip: '10.244.0.9' }],
    startTime: at,
    containerStatuses: pod.spec.containers.map(({ name, image = '' }) => ({
      name,
      image,
      imageID: `docker://${image}`,
      containerID: `docker://${name}`,
      ready: true,
      started: true,
      restartCount: 0,
      state: { running: { startedAt: at } },
      lastState: {},
    })),
  };
}
