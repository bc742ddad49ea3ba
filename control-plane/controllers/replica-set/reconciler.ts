import type { ReplicaSet } from '../../../lib/kubernetes/types/apps-v1.js';
import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { LongshoreError, type ErrorCode } from '../../../lib/errors/errors.js';
import { splitKey, type Informer } from '../../resources/client.js';
import type { ControllerContext } from '../controller-context.js';
import type { ReconcileResult } from '../controller-loop.js';
import { adopt, computeClaims, release, unclaimedIn } from '../objects/claims.js';
import { isNamespaceGoing } from '../objects/going-namespace.js';
import { controllerOf, uidOf } from '../objects/owner-references.js';
import {
  computePodChanges,
  computeStatus,
  isSameStatus,
  podFromTemplate,
  type ReplicaFailure,
  type ReplicaSetSnapshot,
} from './compute.js';
import { OwnWrites } from './own-writes.js';
import { slowStart } from './slow-start.js';

const component = 'replicaset-controller';
/** How long to wait for the cache before looking again, should no event come. */
const reflectMs = 1_000;
/** With these the API says for sure that nothing was created. */
const refusals: ErrorCode[] = ['InvalidArgument', 'PermissionDenied', 'NotFound', 'AlreadyExists', 'ResourceExhausted'];

/** With these a delete by uid says that the pod is gone; another may have its name by now. */
const gone: ErrorCode[] = ['Conflict', 'NotFound'];

/**
 * One round for one ReplicaSet: claim pods, create or delete the difference, write status.
 * It never makes a pod twice; {@link OwnWrites} says why.
 */
export class ReplicaSetReconciler {
  readonly #context: ControllerContext;
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #pods: Informer<Pod>;
  readonly #writes: OwnWrites<Pod>;

  constructor(options: { context: ControllerContext; replicaSets: Informer<ReplicaSet>; pods: Informer<Pod> }) {
    this.#context = options.context;
    this.#replicaSets = options.replicaSets;
    this.#pods = options.pods;
    this.#writes = new OwnWrites(options.pods);
  }

  async reconcile(key: string): Promise<ReconcileResult | void> {
    const { namespace, name } = splitKey(key);
    const replicaSet = this.#replicaSets.get(namespace, name);
    if (!replicaSet) return;
    const uid = uidOf(replicaSet);
    if (!this.#writes.isReflected(uid)) return { requeueAfterMs: reflectMs };

    const pods = await this.#claim(replicaSet, await this.#candidates(replicaSet));
    const related = this.#related(replicaSet, pods);
    const snapshot: ReplicaSetSnapshot = { replicaSet, pods, related, nowMs: this.#context.clock.now() };
    const { create, remove } = computePodChanges(snapshot);
    const failures = create > 0 ? await this.#create(replicaSet, create) : await this.#remove(replicaSet, remove);
    const requeue = await this.#writeStatus(snapshot, failures);
    const [first] = failures;
    if (first) throw first.error;
    return requeue;
  }

  /** Pods that are or may become its own. Normally from the cache; from the store after a doubtful create. */
  async #candidates(replicaSet: ReplicaSet): Promise<readonly Pod[]> {
    const uid = uidOf(replicaSet);
    const namespace = replicaSet.metadata.namespace ?? '';
    if (this.#writes.isDoubtful(uid)) {
      const { items } = await this.#context.resources.client('pods').list(namespace);
      const own = items.filter((pod) => controllerOf(pod)?.uid === uid);
      this.#writes.resolve(uid, own);
      return own;
    }
    return [...this.#pods.byIndex('controller', uid), ...this.#pods.byIndex('controller', unclaimedIn(namespace))];
  }

  async #claim(replicaSet: ReplicaSet, candidates: readonly Pod[]): Promise<Pod[]> {
    const client = this.#context.resources.client('pods');
    const claims = computeClaims(replicaSet, replicaSet.spec.selector, candidates);
    const owned = [...claims.owned];
    if (claims.adopt.length > 0 && (await this.#mayAdopt(replicaSet))) {
      for (const { metadata } of claims.adopt) {
        const mutate = (pod: Pod): void | false => (adopt(pod, replicaSet) ? undefined : false);
        const pod = await client.modify(metadata.namespace ?? '', metadata.name, mutate, { uid: uidOf({ metadata }) });
        if (pod && controllerOf(pod)?.uid === replicaSet.metadata.uid) owned.push(pod);
      }
    }
    for (const { metadata } of claims.release) {
      const mutate = (pod: Pod): void | false => (release(pod, uidOf(replicaSet)) ? undefined : false);
      await client.modify(metadata.namespace ?? '', metadata.name, mutate, { uid: uidOf({ metadata }) });
    }
    return owned;
  }

  /** The cache may not know yet that the ReplicaSet is going: its orphans must stay orphans. */
  async #mayAdopt({ metadata }: ReplicaSet): Promise<boolean> {
    const stored = await this.#context.resources.client('replicasets.apps').get(metadata.namespace ?? '', metadata.name);
    return stored?.metadata.uid === metadata.uid && stored?.metadata.deletionTimestamp === undefined;
  }

  /** Pods of all ReplicaSets of the same Deployment. */
  #related(replicaSet: ReplicaSet, pods: readonly Pod[]): readonly Pod[] {
    const owner = controllerOf(replicaSet);
    if (!owner) return pods;
    const siblings = this.#replicaSets.byIndex('controller', owner.uid);
    return siblings.flatMap((sibling) => (sibling === replicaSet ? pods : this.#pods.byIndex('controller', uidOf(sibling))));
  }

  async #create(replicaSet: ReplicaSet, count: number): Promise<Failure[]> {
    const client = this.#context.resources.client('pods');
    const uid = uidOf(replicaSet);
    const template = podFromTemplate(replicaSet);
    const { failures } = await slowStart(count, async () => {
      const pod = await client.create(structuredClone(template));
      this.#writes.created(uid, pod);
      this.#record(replicaSet, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    });
    const errors = failures.map((failure) => LongshoreError.from(failure));
    if (errors.some((error) => !refusals.includes(error.code))) this.#writes.doubt(uid);
    return errors.flatMap((error) => {
      if (isNamespaceGoing(error)) return [];
      this.#record(replicaSet, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
      return [{ error, reason: 'FailedCreate' as const }];
    });
  }

  async #remove(replicaSet: ReplicaSet, victims: readonly Pod[]): Promise<Failure[]> {
    const client = this.#context.resources.client('pods');
    const uid = uidOf(replicaSet);
    const results = await Promise.allSettled(
      victims.map(async (pod) => {
        await client.delete(pod.metadata.namespace ?? '', pod.metadata.name, { preconditions: { uid: uidOf(pod) } });
        this.#writes.deleted(uid, pod);
        this.#record(replicaSet, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
      }),
    );
    return results.flatMap((result) => {
      if (result.status === 'fulfilled') return [];
      const error = LongshoreError.from(result.reason);
      if (gone.includes(error.code)) return [];
      this.#record(replicaSet, 'Warning', 'FailedDelete', `Error deleting: ${error.message}`);
      return [{ error, reason: 'FailedDelete' as const }];
    });
  }

  async #writeStatus(snapshot: ReplicaSetSnapshot, failures: readonly Failure[]): Promise<ReconcileResult> {
    const { replicaSet } = snapshot;
    const [first] = failures;
    const failure: ReplicaFailure | undefined = first && { reason: first.reason, message: first.error.message };
    const { status, requeueAfterMs } = computeStatus(snapshot, failure);
    if (!isSameStatus(replicaSet, status)) {
      await this.#context.resources.client('replicasets.apps').updateStatus({ ...replicaSet, status });
    }
    return requeueAfterMs === undefined ? {} : { requeueAfterMs };
  }

  #record(object: ReplicaSet, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#context.recorder.record({ object, type, reason, message, component });
  }
}

interface Failure extends Omit<ReplicaFailure, 'message'> {
  readonly error: LongshoreError;
}
