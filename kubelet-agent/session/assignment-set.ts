import { UpdateKind, type WatchAssignmentsResponse } from '../../proto/gen/longshore/node/v1/node.js';
import type { PodAssignment } from '../../proto/gen/longshore/node/v1/pod.js';

/** What one message of the assignment stream amounts to. */
export type AssignmentUpdate =
  /** Part of a complete set of which more is to come. */
  | { kind: 'partial' }
  /** Run these pods and no others. */
  | { kind: 'complete'; assigned: readonly PodAssignment[] }
  | { kind: 'change'; assigned: readonly PodAssignment[]; removedPodUids: readonly string[] }
  /** Something was missed: the stream has to be opened again. */
  | { kind: 'gap'; reason: string };

/** Puts the messages of one assignment stream together, and notices a gap. */
export class AssignmentSet {
  #parts: PodAssignment[] = [];
  /** Undefined before the first complete set. */
  #revision: string | undefined;

  accept(message: WatchAssignmentsResponse): AssignmentUpdate {
    if (message.kind === UpdateKind.UPDATE_KIND_COMPLETE) {
      this.#parts.push(...message.assigned);
      if (message.more) return { kind: 'partial' };
      const assigned = this.#parts;
      this.#parts = [];
      this.#revision = message.revision;
      return { kind: 'complete', assigned };
    }
    if (this.#revision === undefined || message.appliesToRevision !== this.#revision) {
      const reason = `a change of revision ${message.appliesToRevision} while at ${this.#revision ?? 'none'}`;
      return { kind: 'gap', reason };
    }
    this.#revision = message.revision;
    return { kind: 'change', assigned: message.assigned, removedPodUids: message.removedPodUids };
  }
}
