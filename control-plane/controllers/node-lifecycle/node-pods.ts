import type { Node, Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { Informer } from '../../resources/client.js';
import { timestamp } from '../../resources/registry/timestamp.js';
import type { ControllerContext } from '../controller-context.js';
import { withCondition } from '../objects/conditions.js';
import { uidOf } from '../objects/owner-references.js';
import { computeEvictions } from './evictions.js';
import { computePodMark } from './pod-marks.js';
import { isLossTaint } from './taints.js';

/** Index of pods by their node; the pods informer must have it. */
export const podsByNode = 'spec.nodeName';

/** What becomes of the pods of a node that is lost, tainted or back. Every call is safe twice. */
export class NodePods {
  readonly #context: ControllerContext;
  readonly #pods: Informer<Pod>;

  constructor(options: { context: ControllerContext; pods: Informer<Pod> }) {
    this.#context = options.context;
    this.#pods = options.pods;
  }

  /** Puts the marks of a lost node on its pods, or takes them off. */
  async mark(node: Node, state: 'lost' | 'ready', now: string): Promise<void> {
    const client = this.#context.resources.client('pods');
    const pods = this.#pods.byIndex(podsByNode, node.metadata.name).filter((pod) => computePodMark(pod, state, now));
    await Promise.all(
      pods.map(async (pod) => {
        const { namespace = '', name } = pod.metadata;
        const mutate = (draft: Pod): void | false => {
          const mark = computePodMark(draft, state, now);
          if (!mark) return false;
          const conditions = (draft.status?.conditions ?? []).map((condition) => (condition.type === 'Ready' ? mark : condition));
          draft.status = { ...draft.status, conditions };
        };
        await client.modify(namespace, name, mutate, { subresource: 'status', uid: uidOf(pod) });
        if (state === 'lost') this.#record(pod, 'Warning', 'NodeNotReady', 'Node is not ready', 'node-controller');
      }),
    );
  }

  /**
   * Deletes the pods whose time on the tainted node is over.
   * @param options.byLoss whether taints of lost nodes count now
   * @param options.lostForMs how long ago the node was found lost; 0 or less when it was not
   * @returns when the next pod's time is over, in ms; undefined when none is waiting
   */
  async evict(node: Node, options: { byLoss: boolean; lostForMs: number }): Promise<number | undefined> {
    const { byLoss, lostForMs } = options;
    const taints = (node.spec.taints ?? []).filter((taint) => byLoss || !isLossTaint(taint));
    const pods = this.#pods.byIndex(podsByNode, node.metadata.name);
    const nowMs = this.#context.clock.now();
    const evictions = computeEvictions({ pods, taints, nowMs, ...(lostForMs > 0 && { notBeforeMs: nowMs - lostForMs }) });
    await Promise.all(evictions.now.map((pod) => this.#evictPod(pod)));
    return evictions.nextAtMs === undefined ? undefined : evictions.nextAtMs - nowMs;
  }

  async #evictPod(pod: Pod): Promise<void> {
    const { resources, clock, log } = this.#context;
    const { namespace = '', name, uid } = pod.metadata;
    const client = resources.client('pods');
    log.info('pod evicted by taint', { pod: `${namespace}/${name}`, podUid: uid, node: pod.spec.nodeName });
    const message = `Marking for deletion Pod ${namespace}/${name}`;
    this.#record(pod, 'Normal', 'TaintManagerEviction', message, 'taint-eviction-controller');
    const target = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
    };
    const mutate = (draft: Pod): void => {
      draft.status = { ...draft.status, conditions: withCondition(draft.status?.conditions, target, timestamp(clock.now())) };
    };
    await client.modify(namespace, name, mutate, { subresource: 'status', uid: uidOf(pod) });
    try {
      await client.delete(namespace, name, { preconditions: { uid: uidOf(pod) } });
    } catch (thrown) {
      // Another pod of this name took its place: it is gone.
      if (LongshoreError.from(thrown).code !== 'Conflict') throw thrown;
    }
  }

  #record(object: Pod, type: 'Normal' | 'Warning', reason: string, message: string, component: string): void {
    this.#context.recorder.record({ object, type, reason, message, component });
  }
}
