import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { matchesLabelSelector } from '../../../lib/kubernetes/label-selector.js';
import { keyOf } from '../../resources/client.js';
import type { ControllerContext } from '../controller-context.js';
import { ControllerLoop } from '../controller-loop.js';
import { controllerIndex } from '../objects/claims.js';
import { controllerOf } from '../objects/owner-references.js';
import { ReplicaSetReconciler } from './reconciler.js';

/** Keeps as many pods of each ReplicaSet as it asks for. Keys: ReplicaSets. */
export function createReplicaSetController(context: ControllerContext): ControllerLoop {
  const replicaSets = context.resources.informer('replicasets.apps', { indexes: { controller: controllerIndex } });
  const pods = context.resources.informer('pods', { indexes: { controller: controllerIndex } });
  const reconciler = new ReplicaSetReconciler({ context, replicaSets, pods });

  /** The owner hears of its pod; an orphan is offered to everyone who selects it. */
  const enqueueOwners = (loop: ControllerLoop, pod: Pod): void => {
    const owner = controllerOf(pod);
    const namespace = pod.metadata.namespace ?? '';
    if (owner) {
      if (owner.kind === 'ReplicaSet') loop.add(`${namespace}/${owner.name}`);
      return;
    }
    for (const replicaSet of replicaSets.list(namespace)) {
      if (matchesLabelSelector(replicaSet.spec.selector, pod.metadata.labels)) loop.add(keyOf(replicaSet));
    }
  };

  return new ControllerLoop({
    ...context,
    name: 'replica-set',
    informers: [replicaSets, pods],
    watch: (loop) => [
      replicaSets.onChange((current, previous) => {
        const changed = current ?? previous;
        if (changed) loop.add(keyOf(changed));
      }),
      pods.onChange((current, previous) => {
        if (previous) enqueueOwners(loop, previous);
        if (current) enqueueOwners(loop, current);
      }),
    ],
    reconcile: (key) => reconciler.reconcile(key),
  });
}
