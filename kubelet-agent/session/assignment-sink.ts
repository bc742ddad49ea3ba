import { PodAssignment } from '../../proto/gen/longshore/node/v1/pod.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Logger } from '../../lib/log/logger.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { type DesiredPod, desiredPod } from '../pod-workers/desired-pod.js';
import type { AssignmentUpdate } from './assignment-set.js';

/** The part of PodWorkers that takes assignments. */
export interface PodRunner {
  assign(pods: readonly DesiredPod[]): void;
  assignAll(pods: readonly DesiredPod[]): void;
  remove(podUids: readonly string[]): void;
}

/**
 * Hands assignments to the pod workers and keeps them on disk, so that the next process
 * runs them without a control plane.
 */
export class AssignmentSink {
  readonly #pods: PodRunner;
  readonly #files: Checkpoint<PodAssignment>;
  readonly #log: Logger;
  /** Encoded, by pod uid. */
  readonly #known = new Map<string, Uint8Array>();
  readonly #restored: ReadonlyMap<string, PodAssignment>;
  #current = false;

  /** @param options.restored what `files` held at the start */
  constructor(options: {
    pods: PodRunner;
    files: Checkpoint<PodAssignment>;
    restored: ReadonlyMap<string, PodAssignment>;
    log: Logger;
  }) {
    this.#pods = options.pods;
    this.#files = options.files;
    this.#log = options.log;
    this.#restored = options.restored;
    for (const [uid, assignment] of options.restored) this.#known.set(uid, PodAssignment.encode(assignment).finish());
  }

  /** Runs what an earlier process was assigned, unless the control plane has spoken already. */
  restore(): void {
    if (this.#current) return;
    this.#pods.assign([...this.#restored.values()].flatMap((assignment) => this.#desired(assignment)));
  }

  apply(update: Extract<AssignmentUpdate, { kind: 'complete' | 'change' }>): void {
    this.#current = true;
    const pods = update.assigned.flatMap((assignment) => this.#desired(assignment));
    for (const { uid, assignment } of pods) this.#remember(uid, assignment);
    if (update.kind === 'change') {
      this.#pods.assign(pods);
      this.#pods.remove(update.removedPodUids);
      for (const uid of update.removedPodUids) this.#forget(uid);
      return;
    }
    const wanted = new Set(pods.map(({ uid }) => uid));
    for (const uid of this.#known.keys()) if (!wanted.has(uid)) this.#forget(uid);
    this.#pods.assignAll(pods);
  }

  #remember(uid: string, assignment: PodAssignment): void {
    const encoded = PodAssignment.encode(assignment).finish();
    const known = this.#known.get(uid);
    if (known && Buffer.compare(known, encoded) === 0) return;
    this.#known.set(uid, encoded);
    this.#files.put(uid, assignment);
  }

  #forget(uid: string): void {
    this.#known.delete(uid);
    this.#files.delete(uid);
  }

  #desired(assignment: PodAssignment): DesiredPod[] {
    try {
      return [desiredPod(assignment)];
    } catch (thrown) {
      this.#log.error('assignment cannot be used', { pod: assignment.pod?.name, error: LongshoreError.from(thrown) });
      return [];
    }
  }
}

/** Assignments on disk, one file a pod. They hold secrets; files have mode 0600. */
export const assignmentFormat = {
  suffix: '.pb',
  encode: (assignment: PodAssignment): Uint8Array => PodAssignment.encode(assignment).finish(),
  decode: (content: Buffer): PodAssignment => PodAssignment.decode(content),
};
