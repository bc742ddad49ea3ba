import { isDeepStrictEqual } from 'node:util';

import type { Deployment, ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import { splitKey, type Informer } from '../../resources/client.js';
import { timestamp } from '../../resources/registry/timestamp.js';
import type { ControllerContext } from '../controller-context.js';
import type { ReconcileResult } from '../controller-loop.js';
import { adopt, computeClaims, release, unclaimedIn } from '../objects/claims.js';
import { isNamespaceGoing } from '../objects/going-namespace.js';
import { controllerOf, uidOf } from '../objects/owner-references.js';
import { isPodTerminal } from '../objects/pod-state.js';
import { revisionAnnotation } from './annotations.js';
import { computeDeployment, type DeploymentPlan, type ReplicaSetUpdate } from './compute.js';
import { equalTemplates } from './pod-template-hash.js';
import { setCondition } from './status.js';

const component = 'deployment-controller';

/**
 * One round for one Deployment: claim ReplicaSets, compute, apply.
 *
 * No ReplicaSet is made twice, whatever the cache shows and wherever the process dies:
 * its name follows from the template, so the second create is AlreadyExists. No scaling is
 * applied to anything but the state that it was computed from: every write carries the
 * resourceVersion that was read.
 */
export class DeploymentReconciler {
  readonly #context: ControllerContext;
  readonly #deployments: Informer<Deployment>;
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #pods: Informer<Pod>;

  constructor(options: {
    context: ControllerContext;
    deployments: Informer<Deployment>;
    replicaSets: Informer<ReplicaSet>;
    pods: Informer<Pod>;
  }) {
    this.#context = options.context;
    this.#deployments = options.deployments;
    this.#replicaSets = options.replicaSets;
    this.#pods = options.pods;
  }

  async reconcile(key: string): Promise<ReconcileResult | void> {
    const { namespace, name } = splitKey(key);
    const deployment = this.#deployments.get(namespace, name);
    if (!deployment) return;
    const { matchLabels, matchExpressions } = deployment.spec.selector;
    if (Object.keys(matchLabels ?? {}).length + (matchExpressions ?? []).length === 0) {
      const message = 'This deployment is selecting all pods. A non-empty selector is required.';
      this.#record(deployment, 'Warning', 'SelectingAll', message);
      return;
    }
    const replicaSets = await this.#claim(deployment);
    const nowMs = this.#context.clock.now();
    const plan = computeDeployment({ deployment, replicaSets, withRunningPods: this.#withRunningPods(replicaSets), nowMs });
    await this.#apply(deployment, plan);
    return plan.requeueAfterMs === undefined ? {} : { requeueAfterMs: plan.requeueAfterMs };
  }

  async #claim(deployment: Deployment): Promise<ReplicaSet[]> {
    const client = this.#context.resources.client('replicasets.apps');
    const namespace = deployment.metadata.namespace ?? '';
    const uid = uidOf(deployment);
    const candidates = [
      ...this.#replicaSets.byIndex('controller', uid),
      ...this.#replicaSets.byIndex('controller', unclaimedIn(namespace)),
    ];
    const claims = computeClaims(deployment, deployment.spec.selector, candidates);
    const owned = [...claims.owned];
    if (claims.adopt.length > 0 && (await this.#mayAdopt(deployment))) {
      for (const { metadata } of claims.adopt) {
        const mutate = (item: ReplicaSet): void | false => (adopt(item, deployment) ? undefined : false);
        const item = await client.modify(namespace, metadata.name, mutate, { uid: uidOf({ metadata }) });
        if (item && controllerOf(item)?.uid === uid) owned.push(item);
      }
    }
    for (const { metadata } of claims.release) {
      const mutate = (item: ReplicaSet): void | false => (release(item, uid) ? undefined : false);
      await client.modify(namespace, metadata.name, mutate, { uid: uidOf({ metadata }) });
    }
    return owned;
  }

  async #mayAdopt({ metadata }: Deployment): Promise<boolean> {
    const stored = await this.#context.resources.client('deployments.apps').get(metadata.namespace ?? '', metadata.name);
    return stored?.metadata.uid === metadata.uid && stored?.metadata.deletionTimestamp === undefined;
  }

  #withRunningPods(replicaSets: readonly ReplicaSet[]): Set<string> {
    const uids = replicaSets.map(uidOf);
    return new Set(uids.filter((uid) => this.#pods.byIndex('controller', uid).some((pod) => !isPodTerminal(pod))));
  }

  async #apply(deployment: Deployment, plan: DeploymentPlan): Promise<void> {
    if (plan.create) await this.#create(deployment, plan.create);
    for (const update of plan.update) await this.#update(deployment, update);
    for (const replicaSet of plan.remove) await this.#removeReplicaSet(replicaSet);
    let current = deployment;
    if (plan.revision !== undefined) {
      const annotations = { ...deployment.metadata.annotations, [revisionAnnotation]: plan.revision };
      const metadata = { ...deployment.metadata, annotations };
      current = await this.#context.resources.client('deployments.apps').update({ ...deployment, metadata });
    }
    if (!isDeepStrictEqual(deployment.status, plan.status)) await this.#writeStatus(current, plan.status);
  }

  async #create(deployment: Deployment, replicaSet: ReplicaSet): Promise<void> {
    const client = this.#context.resources.client('replicasets.apps');
    const { namespace = '', name } = replicaSet.metadata;
    try {
      await client.create(replicaSet);
    } catch (thrown) {
      const error = LongshoreError.from(thrown);
      if (isNamespaceGoing(error)) return;
      if (error.code === 'AlreadyExists') await this.#resolveNameClash(deployment, await client.get(namespace, name));
      else await this.#reportFailedCreate(deployment, name, error);
      throw error;
    }
    this.#recordScaling(deployment, name, 0, replicaSet.spec.replicas ?? 0);
  }

  /** Ours already (the cache lags): the next round sees it. Somebody else's, or another template's: take another name. */
  async #resolveNameClash(deployment: Deployment, existing: ReplicaSet | undefined): Promise<void> {
    if (!existing) return;
    const ours = controllerOf(existing)?.uid === deployment.metadata.uid;
    if (ours && equalTemplates(existing.spec.template, deployment.spec.template)) return;
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    await this.#writeStatus(deployment, { ...deployment.status, collisionCount });
  }

  async #reportFailedCreate(deployment: Deployment, name: string, error: LongshoreError): Promise<void> {
    const reason = 'ReplicaSetCreateError';
    const message = `Failed to create new replica set "${name}": ${error.message}`;
    this.#record(deployment, 'Warning', reason, message);
    if (deployment.spec.progressDeadlineSeconds === undefined) return;
    const now = timestamp(this.#context.clock.now());
    const conditions = setCondition(
      deployment.status?.conditions ?? [],
      { type: 'Progressing', status: 'False', reason, message },
      now,
    );
    if (conditions !== deployment.status?.conditions) await this.#writeStatus(deployment, { ...deployment.status, conditions });
  }

  async #update(deployment: Deployment, { replicaSet, from, to }: ReplicaSetUpdate): Promise<void> {
    await this.#context.resources.client('replicasets.apps').update(replicaSet);
    if (from !== to) this.#recordScaling(deployment, replicaSet.metadata.name, from, to);
  }

  async #removeReplicaSet({ metadata }: ReplicaSet): Promise<void> {
    const { namespace = '', name, uid, resourceVersion } = metadata;
    const preconditions = { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
    await this.#context.resources.client('replicasets.apps').delete(namespace, name, { preconditions });
  }

  async #writeStatus(deployment: Deployment, status: Deployment['status']): Promise<void> {
    await this.#context.resources.client('deployments.apps').updateStatus({ ...deployment, ...(status && { status }) });
  }

  #recordScaling(deployment: Deployment, name: string, from: number, to: number): void {
    if (from === to) return;
    const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${name} to ${to} from ${from}`;
    this.#record(deployment, 'Normal', 'ScalingReplicaSet', message);
  }

  #record(object: Deployment, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#context.recorder.record({ object, type, reason, message, component });
  }
}
