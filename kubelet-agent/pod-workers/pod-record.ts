import { PodStatus } from '../../proto/gen/longshore/node/v1/pod_status.js';
import type { Logger } from '../../lib/log/logger.js';
import { Checkpoint } from '../checkpoint/checkpoint.js';
import type { PodProgress } from './pod-snapshot.js';

/** What must survive a restart of the agent and cannot be read off the engine. */
export interface PodRecord extends PodProgress {
  /** As reported last. */
  readonly status: PodStatus | undefined;
  readonly statusVersion: number;
}

/** Records of pods, a JSON file for each uid in `dir`. */
export function podRecords(dir: string, log: Logger): Checkpoint<PodRecord> {
  return new Checkpoint<PodRecord>({
    dir,
    suffix: '.json',
    log,
    encode: ({ status, ...progress }) => JSON.stringify({ ...progress, status: status && PodStatus.toJSON(status) }),
    decode: (content) => {
      const { status, ...progress } = JSON.parse(content.toString('utf8')) as Omit<PodRecord, 'status'> & { status?: unknown };
      return { ...progress, status: status === undefined ? undefined : PodStatus.fromJSON(status) };
    },
  });
}
