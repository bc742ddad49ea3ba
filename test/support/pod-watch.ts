import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

import { systemClock } from '../../lib/clock/clock.js';
import type { ContainerStatus, Pod } from '../../lib/kubernetes/types/core-v1.js';

interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: Pod;
}

/** All pods of a namespace as one `kubectl get pods --watch` shows them, with what each has been. */
export class PodWatch {
  readonly #kubectl: ChildProcess;
  readonly #pods = new Map<string, Pod>();
  readonly #history = new Map<string, Pod[]>();
  readonly #waiting = new Set<() => void>();
  #unread = '';

  constructor(options: { kubeconfig: string; namespace: string }) {
    const args = ['get', 'pods', '-n', options.namespace, '-o', 'json', '--watch', '--output-watch-events'];
    const env = { ...process.env, KUBECONFIG: options.kubeconfig };
    this.#kubectl = spawn('kubectl', args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#kubectl.stdout?.setEncoding('utf8').on('data', (text: string) => this.#read(text));
  }

  async stop(): Promise<void> {
    const ended = once(this.#kubectl, 'exit');
    if (this.#kubectl.kill()) await ended;
  }

  /**
   * Waits until `check` holds of the newest state of a pod.
   * @param check undefined: the pod is gone
   * @throws with the pod's status when it does not within `timeoutMs`
   */
  async until(name: string, check: (pod: Pod | undefined) => boolean, timeoutMs = 30_000): Promise<Pod> {
    const deadlineMs = systemClock.monotonic() + timeoutMs;
    for (;;) {
      const pod = this.#pods.get(name);
      if (check(pod)) return pod ?? ({} as Pod);
      const leftMs = deadlineMs - systemClock.monotonic();
      if (leftMs <= 0) throw new Error(`pod ${name} is not as expected within ${timeoutMs} ms: ${JSON.stringify(pod?.status)}`);
      await this.#change(leftMs);
    }
  }

  /** Every reason that containers of the pod have waited or ended for, in order, without repetitions. */
  reasons(name: string): string[] {
    const seen = (this.#history.get(name) ?? []).flatMap((pod) =>
      containersOf(pod).flatMap(({ state }) => state?.waiting?.reason ?? state?.terminated?.reason ?? []),
    );
    return seen.filter((reason, index) => reason !== seen[index - 1]);
  }

  async #change(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        cancel();
        this.#waiting.delete(done);
        resolve();
      };
      const cancel = systemClock.after(timeoutMs, done);
      this.#waiting.add(done);
    });
  }

  /** One event a line. */
  #read(text: string): void {
    const lines = (this.#unread + text).split('\n');
    this.#unread = lines.pop() ?? '';
    for (const line of lines) this.#take(JSON.parse(line) as WatchEvent);
    for (const wake of [...this.#waiting]) wake();
  }

  #take({ type, object }: WatchEvent): void {
    const { name } = object.metadata;
    if (type === 'DELETED') this.#pods.delete(name);
    else this.#pods.set(name, object);
    this.#history.set(name, [...(this.#history.get(name) ?? []), object]);
  }
}

export function containersOf({ status }: Pod): ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

/** Why the only (or the named) container does not run: the reason that it waits or ended for. */
export function reasonOf(pod: Pod | undefined, container?: string): string | undefined {
  const { state } = statusOf(pod, container) ?? {};
  return state?.waiting?.reason ?? state?.terminated?.reason;
}

export function statusOf(pod: Pod | undefined, container?: string): ContainerStatus | undefined {
  return pod && containersOf(pod).find(({ name }) => container === undefined || name === container);
}

export function isReady(pod: Pod | undefined): boolean {
  return pod?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}
