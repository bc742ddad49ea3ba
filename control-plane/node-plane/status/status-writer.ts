import { isError, LongshoreError } from '../../../lib/errors/errors.js';
import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { Logger } from '../../../lib/log/logger.js';
import type { PodStatusReport } from '../../../proto/gen/longshore/node/v1/pod_status.js';
import type { ResourceClient } from '../../resources/client.js';
import { mergePodStatus } from './pod-status.js';

/**
 * Writes pod statuses that agents report. A report counts only for the same pod uid on the
 * node that reports it, and when its version is newer than the last one taken; whatever is
 * superseded is dropped and acknowledged. Versions are kept in memory: after a restart of
 * the control plane the first report of a pod counts, as agents report all their pods then.
 */
export class StatusWriter {
  readonly #pods: ResourceClient<Pod>;
  readonly #log: Logger;
  readonly #versions = new Map<string, number>();

  constructor(options: { pods: ResourceClient<Pod>; log: Logger }) {
    this.#pods = options.pods;
    this.#log = options.log;
  }

  /** Takes `reports` of `nodeName` side by side. @returns uids of those that need not be sent again */
  async write(nodeName: string, reports: readonly PodStatusReport[]): Promise<string[]> {
    const taken = await Promise.all(
      reports.map(async (report) => {
        try {
          await this.#writeOne(nodeName, report);
          return [report.uid];
        } catch (thrown) {
          const error = LongshoreError.from(thrown);
          this.#log.warn('pod status not written', {
            pod: `${report.namespace}/${report.name}`,
            podUid: report.uid,
            node: nodeName,
            error,
          });
          // What the rules of pods refuse they refuse again.
          return error.code === 'InvalidArgument' ? [report.uid] : [];
        }
      }),
    );
    return taken.flat();
  }

  /** Forgets a pod that is gone. */
  forget(podUid: string): void {
    this.#versions.delete(podUid);
  }

  async #writeOne(nodeName: string, report: PodStatusReport): Promise<void> {
    const { namespace, name, uid, statusVersion } = report;
    if (statusVersion <= (this.#versions.get(uid) ?? 0)) return;
    const stored = await this.#pods.modify(
      namespace,
      name,
      (draft) => {
        if (draft.spec?.nodeName !== nodeName || !report.status) return false;
        draft.status = mergePodStatus(draft.status, report.status);
      },
      { subresource: 'status', uid },
    );
    if (!stored || stored.spec?.nodeName !== nodeName) return;
    this.#versions.set(uid, statusVersion);
    if (report.stopped && stored.metadata.deletionTimestamp !== undefined) await this.#remove(report);
  }

  /** The agent has stopped a pod that is being deleted: its object may go. */
  async #remove({ namespace, name, uid }: PodStatusReport): Promise<void> {
    try {
      await this.#pods.delete(namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
      this.#log.info('pod removed after its node stopped it', { pod: `${namespace}/${name}`, podUid: uid });
    } catch (thrown) {
      // A pod of the same name took its place, or it is gone: either way this one is.
      if (!isError(thrown, 'Conflict', 'NotFound')) throw thrown;
    } finally {
      this.forget(uid);
    }
  }
}
