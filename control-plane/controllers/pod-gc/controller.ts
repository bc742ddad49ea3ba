import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import { timestamp } from '../../resources/registry/timestamp.js';
import type { ControllerContext } from '../controller-context.js';
import { ControllerLoop, type ReconcileResult } from '../controller-loop.js';
import { withCondition } from '../objects/conditions.js';
import { uidOf } from '../objects/owner-references.js';
import { isPodTerminal } from '../objects/pod-state.js';
import { computePodGarbage, type PodGarbage, type PodGarbageReason } from './compute.js';

export interface PodGcOptions {
  /** Finished pods that are kept. Default 12500. */
  terminatedThreshold?: number;
  /** How long a node must be away before its pods go with it, so that it may register again. Default 5 s. */
  quarantineMs?: number;
}

const sweep = 'sweep';
const periodMs = 20_000;
const leaseNamespace = 'kube-node-lease';

/**
 * Removes pods that no agent will finish off, and the Leases of nodes that are gone. One
 * key: a sweep looks at all pods, every 20 s and whenever a node goes.
 */
export function createPodGcController(context: ControllerContext, options: PodGcOptions = {}): ControllerLoop {
  const { resources, clock, log } = context;
  const { terminatedThreshold = 12_500, quarantineMs = 5_000 } = options;
  const pods = resources.informer('pods');
  const nodes = resources.informer('nodes');
  const leases = resources.informer('leases.coordination.k8s.io');
  /** When each node that is not there was first missed, by the monotonic clock. */
  const missedAtMs = new Map<string, number>();

  const isGone = (name: string): boolean => {
    const since = missedAtMs.get(name);
    return since !== undefined && clock.monotonic() - since >= quarantineMs;
  };

  const noteMissing = (missing: ReadonlySet<string>): number => {
    for (const name of missedAtMs.keys()) if (!missing.has(name)) missedAtMs.delete(name);
    let nextMs = periodMs;
    for (const name of missing) {
      const since = missedAtMs.get(name) ?? clock.monotonic();
      missedAtMs.set(name, since);
      const leftMs = since + quarantineMs - clock.monotonic();
      if (leftMs > 0) nextMs = Math.min(nextMs, leftMs);
    }
    return nextMs;
  };

  const nodeIsBack = async (name: string): Promise<boolean> => (await resources.client('nodes').get('', name)) !== undefined;

  const removePod = async (pod: Pod, reason: PodGarbageReason): Promise<void> => {
    const { namespace = '', name } = pod.metadata;
    if (reason === 'NodeGone' && (await nodeIsBack(pod.spec.nodeName ?? ''))) return;
    if (reason !== 'TooManyTerminated' && !isPodTerminal(pod)) await markFailed(context, pod);
    await deleteNow(() =>
      resources.client('pods').delete(namespace, name, { gracePeriodSeconds: 0, preconditions: { uid: uidOf(pod) } }),
    );
    log.info('pod removed by garbage collection', {
      pod: `${namespace}/${name}`,
      podUid: pod.metadata.uid,
      node: pod.spec.nodeName,
      reason,
    });
  };

  const removeAll = async (garbage: PodGarbage): Promise<void> => {
    for (const { pod, reason } of garbage.pods) await removePod(pod, reason);
    for (const { metadata } of garbage.leases) {
      if (await nodeIsBack(metadata.name)) continue;
      const preconditions = { uid: uidOf({ metadata }) };
      await deleteNow(() =>
        resources.client('leases.coordination.k8s.io').delete(leaseNamespace, metadata.name, { preconditions }),
      );
    }
  };

  return new ControllerLoop({
    ...context,
    name: 'pod-gc',
    workers: 1,
    informers: [pods, nodes, leases],
    watch: (loop) => {
      loop.add(sweep);
      return [
        nodes.onChange((current, previous) => {
          const taintsChanged = current?.spec.taints?.length !== previous?.spec.taints?.length;
          if (!current || (previous && taintsChanged)) loop.add(sweep);
        }),
      ];
    },
    reconcile: async (): Promise<ReconcileResult> => {
      const node = (name: string): ReturnType<typeof nodes.get> => nodes.get('', name);
      const garbage = computePodGarbage({
        pods: pods.list(),
        leases: leases.list(leaseNamespace),
        node,
        isGone,
        terminatedThreshold,
      });
      const nextMs = noteMissing(garbage.missingNodes);
      await removeAll(garbage);
      return { requeueAfterMs: nextMs };
    },
  });
}

/** Says on the pod why it goes, for those who still watch it. */
async function markFailed({ resources, clock }: ControllerContext, pod: Pod): Promise<void> {
  const { namespace = '', name } = pod.metadata;
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByPodGC',
    message: 'PodGC: node no longer exists',
  };
  await resources.client('pods').modify(
    namespace,
    name,
    (draft) => {
      const conditions = withCondition(draft.status?.conditions, condition, timestamp(clock.now()));
      draft.status = { ...draft.status, phase: 'Failed', conditions };
    },
    { subresource: 'status', uid: uidOf(pod) },
  );
}

/** A delete by uid; another object of the name, or none, means that it is done. */
async function deleteNow(run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (thrown) {
    const { code } = LongshoreError.from(thrown);
    if (code !== 'Conflict' && code !== 'NotFound') throw thrown;
  }
}
