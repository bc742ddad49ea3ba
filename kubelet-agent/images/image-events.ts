import type { Clock } from '../../lib/clock/clock.js';
import type { Container, PodAssignment } from '../../proto/gen/longshore/node/v1/pod.js';
import { fieldPathOf } from '../pod-workers/desired-pod.js';
import type { EventRecorder, PodEvent } from '../status/event-recorder.js';

type Said = Pick<PodEvent, 'type' | 'reason' | 'message'>;

/** Time after which the same thing may be said of a container again. */
const quietMs = 10_000;

/**
 * Events about images in Kubernetes' words. A container's image is asked about in every
 * step of its pod; each thing is said once for each time that it happens.
 */
export class ImageEvents {
  readonly #recorder: EventRecorder;
  readonly #clock: Clock;
  /** What was said, by pod, container, reason and occasion: until when it is not repeated. */
  readonly #said = new Map<string, number>();

  constructor(options: { recorder: EventRecorder; clock: Clock }) {
    this.#recorder = options.recorder;
    this.#clock = options.clock;
  }

  pulling(assignment: PodAssignment, container: Container, startedAtMs: number): void {
    const message = `Pulling image "${container.image}"`;
    this.#say(assignment, container, { type: 'Normal', reason: 'Pulling', message }, startedAtMs);
  }

  pulled(assignment: PodAssignment, container: Container, pull: { startedAtMs: number; atMs: number }, sizeBytes: number): void {
    const tookMs = pull.atMs - pull.startedAtMs;
    const took = tookMs < 1_000 ? `${tookMs}ms` : `${(tookMs / 1_000).toFixed(3).replace(/\.?0+$/, '')}s`;
    const message = `Successfully pulled image "${container.image}" in ${took} (${took} including waiting). Image size: ${sizeBytes} bytes.`;
    this.#say(assignment, container, { type: 'Normal', reason: 'Pulled', message }, pull.atMs);
  }

  pullFailed(assignment: PodAssignment, container: Container, failure: { atMs: number; message: string }): void {
    const message = `Failed to pull image "${container.image}": ${failure.message}`;
    this.#say(assignment, container, { type: 'Warning', reason: 'Failed', message }, failure.atMs);
    this.#say(assignment, container, { type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' }, failure.atMs);
  }

  backOff(assignment: PodAssignment, container: Container, failedAtMs: number): void {
    const message = `Back-off pulling image "${container.image}"`;
    this.#say(assignment, container, { type: 'Normal', reason: 'BackOff', message }, failedAtMs);
    this.#say(assignment, container, { type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' }, failedAtMs);
  }

  missingSecret(assignment: PodAssignment, container: Container, name: string): void {
    const message = `Unable to retrieve some image pull secrets (${name}); attempting to pull the image may not succeed.`;
    this.once(assignment, container, { type: 'Warning', reason: 'FailedToRetrieveImagePullSecret', message });
  }

  /** Says it unless it was said of this container within the last seconds. */
  once(assignment: PodAssignment, container: Container, said: Said): void {
    this.#say(assignment, container, said, 'now');
  }

  #say({ pod, spec }: PodAssignment, container: Container, said: Said, occasion: number | 'now'): void {
    if (!pod || !spec) return;
    const now = this.#clock.now();
    for (const [key, untilMs] of this.#said) if (untilMs <= now) this.#said.delete(key);
    const key = [pod.uid, container.name, said.reason, said.message, occasion].join('\n');
    const repeated = this.#said.has(key);
    // An occasion is over for good after the longest back-off.
    this.#said.set(key, now + (occasion === 'now' ? quietMs : occasionMs));
    if (repeated) return;
    const { namespace, name, uid } = pod;
    this.#recorder.record({ pod: { namespace, name, uid }, fieldPath: fieldPathOf(spec, container.name), ...said });
  }
}

const occasionMs = 600_000;
