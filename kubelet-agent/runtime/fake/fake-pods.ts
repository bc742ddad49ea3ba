import { LongshoreError } from '../../../lib/errors/errors.js';
import { addressAt, sizeOf } from '../../../lib/net/cidr.js';
import type { ObservedPod, ObservedSandbox, PodLabels, PodNetwork } from '../container-runtime.js';
import type { FakeContainer } from './fake-container.js';

export interface FakePod {
  readonly labels: PodLabels;
  sandboxes: ObservedSandbox[];
  containers: FakeContainer[];
}

/** What is on the fake engine: pods, and the addresses that they have. */
export class FakePods {
  network: PodNetwork | undefined;
  readonly #pods = new Map<string, FakePod>();
  readonly #assignedIps = new Map<string, string>();
  #ids = 0;

  get(podUid: string): FakePod | undefined {
    return this.#pods.get(podUid);
  }

  ensure({ podUid, podNamespace, podName }: PodLabels): FakePod {
    const pod = this.#pods.get(podUid) ?? { labels: { podUid, podNamespace, podName }, sandboxes: [], containers: [] };
    this.#pods.set(podUid, pod);
    return pod;
  }

  all(): FakePod[] {
    return [...this.#pods.values()];
  }

  delete(podUid: string): void {
    this.#pods.delete(podUid);
  }

  deleteWhenEmpty(pod: FakePod): void {
    if (pod.sandboxes.length + pod.containers.length === 0) this.delete(pod.labels.podUid);
  }

  container(id: string): FakeContainer | undefined {
    return this.all()
      .flatMap((pod) => pod.containers)
      .find((container) => container.id === id);
  }

  /** @throws Error when a test names what is not there */
  newest(podUid: string, containerName: string): FakeContainer {
    const container = this.#pods.get(podUid)?.containers.findLast(({ spec }) => spec.name === containerName);
    if (!container) throw new Error(`no container ${containerName} in pod ${podUid}`);
    return container;
  }

  observe(podUid?: string): ObservedPod[] {
    return this.all()
      .filter((pod) => podUid === undefined || pod.labels.podUid === podUid)
      .map((pod) => ({
        ...pod.labels,
        sandboxes: [...pod.sandboxes].sort((a, b) => a.attempt - b.attempt),
        containers: pod.containers
          .map((container) => container.observed)
          .sort((a, b) => a.name.localeCompare(b.name) || a.attempt - b.attempt),
      }));
  }

  /** The address that the pod's next sandbox gets. */
  assignIp(podUid: string, ip: string): void {
    this.#assignedIps.set(podUid, ip);
  }

  /** The assigned address, else the lowest free one after the gateway. */
  allocateIp(podUid: string): string {
    const assigned = this.#assignedIps.get(podUid);
    if (assigned !== undefined) {
      this.#assignedIps.delete(podUid);
      return assigned;
    }
    if (!this.network) throw new LongshoreError('FailedPrecondition', 'the pod network does not exist yet');
    const { podCidr } = this.network;
    const taken = new Set(this.all().flatMap((pod) => pod.sandboxes.map((sandbox) => sandbox.ip)));
    for (let index = 2; index < sizeOf(podCidr) - 1; index += 1) {
      const ip = addressAt(podCidr, index);
      if (!taken.has(ip)) return ip;
    }
    throw new LongshoreError('ResourceExhausted', `no free address in ${podCidr}`);
  }

  nextId(): string {
    this.#ids += 1;
    return this.#ids.toString(16).padStart(64, '0');
  }
}
