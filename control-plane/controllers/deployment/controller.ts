import type { ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { matchesLabelSelector } from '../../../lib/kubernetes/label-selector.js';
import { keyOf } from '../../resources/client.js';
import type { ControllerContext } from '../controller-context.js';
import { ControllerLoop } from '../controller-loop.js';
import { controllerIndex } from '../objects/claims.js';
import { controllerOf } from '../objects/owner-references.js';
import { DeploymentReconciler } from './reconciler.js';

/** Rolls each Deployment's template out over its ReplicaSets. Keys: Deployments. */
export function createDeploymentController(context: ControllerContext): ControllerLoop {
  const indexes = { controller: controllerIndex };
  const deployments = context.resources.informer('deployments.apps');
  const replicaSets = context.resources.informer('replicasets.apps', { indexes });
  const pods = context.resources.informer('pods', { indexes });
  const reconciler = new DeploymentReconciler({ context, deployments, replicaSets, pods });

  const enqueueOwners = (loop: ControllerLoop, replicaSet: ReplicaSet): void => {
    const owner = controllerOf(replicaSet);
    const namespace = replicaSet.metadata.namespace ?? '';
    if (owner) {
      if (owner.kind === 'Deployment') loop.add(`${namespace}/${owner.name}`);
      return;
    }
    for (const deployment of deployments.list(namespace)) {
      if (matchesLabelSelector(deployment.spec.selector, replicaSet.metadata.labels)) loop.add(keyOf(deployment));
    }
  };

  /** Recreate waits until the last old pod is gone. */
  const enqueueRecreate = (loop: ControllerLoop, pod: Pod): void => {
    const owner = controllerOf(pod);
    const replicaSet = owner?.kind === 'ReplicaSet' ? replicaSets.get(pod.metadata.namespace ?? '', owner.name) : undefined;
    const deployment = replicaSet && deployments.get(pod.metadata.namespace ?? '', controllerOf(replicaSet)?.name ?? '');
    if (deployment?.spec.strategy?.type === 'Recreate') loop.add(keyOf(deployment));
  };

  return new ControllerLoop({
    ...context,
    name: 'deployment',
    informers: [deployments, replicaSets, pods],
    watch: (loop) => [
      deployments.onChange((current, previous) => {
        const changed = current ?? previous;
        if (changed) loop.add(keyOf(changed));
      }),
      replicaSets.onChange((current, previous) => {
        if (previous) enqueueOwners(loop, previous);
        if (current) enqueueOwners(loop, current);
      }),
      pods.onChange((current, previous) => {
        const stopped = current === undefined || current.status?.phase !== previous?.status?.phase;
        if (previous && stopped) enqueueRecreate(loop, previous);
      }),
    ],
    reconcile: (key) => reconciler.reconcile(key),
  });
}
