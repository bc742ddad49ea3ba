import type { PodStatusReport } from '../../proto/gen/longshore/node/v1/pod_status.js';
import { backoffDelay } from '../../lib/async/backoff.js';
import { Notification } from '../../lib/async/notification.js';
import type { Clock } from '../../lib/clock/clock.js';
import { isError } from '../../lib/errors/errors.js';

const batchSize = 100;

/**
 * Brings the newest status of every pod to the control plane: at once when nothing is
 * under way, otherwise together with what came meanwhile, and again until acknowledged.
 */
export class StatusReporter {
  readonly #clock: Clock;
  readonly #changed = new Notification();
  readonly #latest = new Map<string, PodStatusReport>();
  /** Uids of which the newest report is not acknowledged. */
  readonly #pending = new Set<string>();
  #newestVersion: number;

  /** @param options.versionFloor the highest version that an earlier process reported */
  constructor(options: { clock: Clock; versionFloor: number }) {
    this.#clock = options.clock;
    this.#newestVersion = options.versionFloor;
  }

  /** @returns the version that the report was given; it grows across restarts of the agent, whatever its clock does */
  report(report: Omit<PodStatusReport, 'statusVersion'>): number {
    const statusVersion = this.#nextVersion();
    this.#latest.set(report.uid, { ...report, statusVersion });
    this.#pending.add(report.uid);
    this.#changed.notify();
    return statusVersion;
  }

  /** The pod is gone from this node and from the control plane. */
  forget(uid: string): void {
    this.#latest.delete(uid);
    this.#pending.delete(uid);
  }

  /**
   * Sends reports for as long as one session lasts, all of them first: while the node was
   * away the control plane may have written that its pods are not ready.
   * @param send resolves with the uids that were acknowledged
   * @throws LongshoreError when the session is over for another reason than an absent server
   */
  async run(send: (reports: PodStatusReport[]) => Promise<readonly string[]>, signal: AbortSignal): Promise<void> {
    for (const [uid, report] of this.#latest) {
      this.#latest.set(uid, { ...report, statusVersion: this.#nextVersion() });
      this.#pending.add(uid);
    }
    for (let failures = 0; !signal.aborted;) {
      if (this.#pending.size === 0) {
        await this.#changed.wait(signal);
        continue;
      }
      const complete = await this.#sendBatch(send);
      failures = complete ? 0 : failures + 1;
      if (!complete) await this.#clock.sleep(backoffDelay(failures, { initialMs: 200, maxMs: 2_000 }), signal);
    }
  }

  /** @returns whether everything sent was acknowledged */
  async #sendBatch(send: (reports: PodStatusReport[]) => Promise<readonly string[]>): Promise<boolean> {
    const batch = [...this.#pending].slice(0, batchSize).flatMap((uid) => this.#latest.get(uid) ?? []);
    try {
      const acknowledged = new Set(await send(batch));
      for (const { uid, statusVersion } of batch) {
        if (acknowledged.has(uid) && this.#latest.get(uid)?.statusVersion === statusVersion) this.#pending.delete(uid);
      }
      return batch.every(({ uid }) => acknowledged.has(uid));
    } catch (thrown) {
      if (!isError(thrown, 'Unavailable', 'DeadlineExceeded', 'Conflict')) throw thrown;
      return false;
    }
  }

  #nextVersion(): number {
    this.#newestVersion = Math.max(this.#clock.now(), this.#newestVersion + 1);
    return this.#newestVersion;
  }
}
