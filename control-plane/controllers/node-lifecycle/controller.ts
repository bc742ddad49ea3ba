import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { ControllerContext } from '../controller-context.js';
import { ControllerLoop, type ReconcileResult } from '../controller-loop.js';
import { podsByNode } from './node-pods.js';
import { leaseNamespace, NodeReconciler } from './reconciler.js';

export interface NodeLifecycleOptions {
  /** Silence after which a node is lost. Default 8 s, four heartbeats. */
  graceMs?: number;
}

/** A key that no node has: it only tells the reconciler that this process runs. */
const pulseKey = '';
const pulsePeriodMs = 500;

/** Finds lost nodes, taints them, and evicts their pods. Keys: names of nodes. */
export function createNodeLifecycleController(context: ControllerContext, options: NodeLifecycleOptions = {}): ControllerLoop {
  const { resources } = context;
  const nodes = resources.informer('nodes');
  const leases = resources.informer('leases.coordination.k8s.io');
  const pods = resources.informer('pods', { indexes: { [podsByNode]: nodeOf } });
  const onBrake = (): void => nodes.list().forEach(({ metadata }) => controller.add(metadata.name));
  const reconciler = new NodeReconciler({ context, nodes, pods, graceMs: options.graceMs ?? 8_000, onBrake });

  const controller = new ControllerLoop({
    ...context,
    name: 'node-lifecycle',
    // One after another: the brake looks at all nodes.
    workers: 1,
    informers: [nodes, leases, pods],
    watch: (loop) => {
      loop.add(pulseKey);
      return [
        leases.onChange((current) => {
          // A renewal is noted at once; the node's own timer looks at it.
          if (current?.metadata.namespace === leaseNamespace) reconciler.observe(nodes.get('', current.metadata.name), current);
        }),
        nodes.onChange((current, previous) => {
          const name = (current ?? previous)?.metadata.name;
          if (name !== undefined) loop.add(name);
        }),
        pods.onChange((current, previous) => {
          const name = current?.spec.nodeName;
          if (current && name && name !== previous?.spec.nodeName) loop.add(name);
        }),
      ];
    },
    reconcile: async (name): Promise<ReconcileResult> => {
      if (name === pulseKey) {
        reconciler.pulse();
        return { requeueAfterMs: pulsePeriodMs };
      }
      const nextMs = await reconciler.reconcile(name, leases.get(leaseNamespace, name));
      return nextMs === undefined || nextMs === Infinity ? {} : { requeueAfterMs: Math.max(0, nextMs) };
    },
  });
  return controller;
}

function nodeOf(pod: Pod): string | undefined {
  return pod.spec.nodeName;
}
