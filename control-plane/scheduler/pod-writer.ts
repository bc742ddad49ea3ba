import type { Clock } from '../../lib/clock/clock.js';
import type { Pod, PodCondition } from '../../lib/kubernetes/types/core-v1.js';
import type { ResourceClient } from '../resources/client.js';
import { timestamp } from '../resources/registry/timestamp.js';

/** Where the scheduler's events go. Recording never fails and is not waited for. */
export interface SchedulerEvents {
  record(event: { object: Pod; type: 'Normal' | 'Warning'; reason: string; message: string; component: string }): void;
}

export interface PodWriterOptions {
  readonly clock: Clock;
  readonly pods: ResourceClient<Pod>;
  readonly events: SchedulerEvents;
}

export type BindOutcome =
  | 'bound'
  /** Deleted, being deleted, replaced by a namesake, or bound by somebody else. */
  | 'lost';

const component = 'default-scheduler';

/** The scheduler's writes. Each is safe to repeat, and leaves alone what already is as it should be. */
export class PodWriter {
  readonly #clock: Clock;
  readonly #pods: ResourceClient<Pod>;
  readonly #events: SchedulerEvents;

  constructor(options: PodWriterOptions) {
    this.#clock = options.clock;
    this.#pods = options.pods;
    this.#events = options.events;
  }

  /** Gives the pod its node, by compare-and-swap: a pod already bound or deleted is left alone. */
  async bind(pod: Pod, nodeName: string): Promise<BindOutcome> {
    const { namespace = '', name } = pod.metadata;
    const stored = await this.#modify(pod, 'binding', (draft) => {
      if (draft.spec.nodeName || draft.metadata.deletionTimestamp !== undefined) return false;
      draft.spec.nodeName = nodeName;
      this.#setScheduled(draft, { status: 'True' });
      return undefined;
    });
    if (stored?.spec.nodeName !== nodeName) return 'lost';
    const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
    this.#events.record({ object: stored, type: 'Normal', reason: 'Scheduled', message, component });
    return 'bound';
  }

  /**
   * Says why the pod has no node: in an event for every attempt (equal ones are counted as
   * one), and on the pod when it is not there yet.
   */
  async reportUnschedulable(pod: Pod, message: string): Promise<void> {
    this.#events.record({ object: pod, type: 'Warning', reason: 'FailedScheduling', message, component });
    await this.#report(pod, { status: 'False', reason: 'Unschedulable', message });
  }

  /** Says on the pod that its scheduling gates keep it waiting. */
  async reportGated(pod: Pod): Promise<void> {
    const message = 'Scheduling is blocked due to non-empty scheduling gates';
    await this.#report(pod, { status: 'False', reason: 'SchedulingGated', message });
  }

  async #report(pod: Pod, condition: Pick<PodCondition, 'status' | 'reason' | 'message'>): Promise<void> {
    await this.#modify(pod, 'status', (draft) => {
      const news = !draft.spec.nodeName && this.#setScheduled(draft, condition);
      return news ? undefined : false;
    });
  }

  #modify(pod: Pod, subresource: 'binding' | 'status', mutate: (draft: Pod) => undefined | false): Promise<Pod | undefined> {
    const { namespace = '', name, uid } = pod.metadata;
    return this.#pods.modify(namespace, name, mutate, { subresource, ...(uid !== undefined && { uid }) });
  }

  /** @returns whether that changed anything */
  #setScheduled(draft: Pod, wanted: Pick<PodCondition, 'status' | 'reason' | 'message'>): boolean {
    draft.status ??= {};
    const conditions = (draft.status.conditions ??= []);
    const index = conditions.findIndex(({ type }) => type === 'PodScheduled');
    const current = conditions[index];
    if (current?.status === wanted.status && current.reason === wanted.reason && current.message === wanted.message) return false;
    const sameStatus = current?.status === wanted.status;
    const lastTransitionTime = sameStatus ? current.lastTransitionTime : timestamp(this.#clock.now());
    const condition = { type: 'PodScheduled', ...wanted, ...(lastTransitionTime !== undefined && { lastTransitionTime }) };
    if (index === -1) conditions.push(condition);
    else conditions[index] = condition;
    return true;
  }
}
