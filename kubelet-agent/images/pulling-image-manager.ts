import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Logger } from '../../lib/log/logger.js';
import type { Container, PodAssignment } from '../../proto/gen/longshore/node/v1/pod.js';
import type { ContainerRuntime, ObservedImage } from '../runtime/container-runtime.js';
import type { EventRecorder } from '../status/event-recorder.js';
import { ImageEvents } from './image-events.js';
import type { ImageManager, ImageState } from './image-manager.js';
import { ImagePulls, type PullRequest, type PullState } from './image-pulls.js';
import { parseImageReference, renderImageReference, type ImageReference } from './image-reference.js';
import { credentialsFor, missingPullSecrets } from './pull-secrets.js';

/** A pull stands so long for those that want the image newly pulled; longer ago it is another start's. */
const freshMs = 10_000;
/** After a failure the reason is ErrImagePull so long, then ImagePullBackOff until the next try. */
const freshFailureMs = 2_000;

/** Images by pull policy, through the engine. */
export class PullingImageManager implements ImageManager {
  readonly #runtime: Pick<ContainerRuntime, 'image' | 'pullImage'>;
  readonly #clock: Clock;
  readonly #pulls: ImagePulls;
  readonly #events: ImageEvents;
  /** Pods that wait for a pull, by the pull's key. */
  readonly #waiting = new Map<string, Set<string>>();
  /** Containers that the last pull of each key was for. */
  readonly #pullers = new Map<string, Set<string>>();
  readonly #handlers: ((podUid: string) => void)[] = [];

  /** @param options.signal ends running pulls; the agent's own life */
  constructor(options: {
    runtime: Pick<ContainerRuntime, 'image' | 'pullImage'>;
    recorder: EventRecorder;
    clock: Clock;
    log: Logger;
    signal: AbortSignal;
  }) {
    this.#runtime = options.runtime;
    this.#clock = options.clock;
    this.#events = new ImageEvents(options);
    this.#pulls = new ImagePulls({
      ...options,
      onChange: (key) => {
        this.#tell(key);
      },
    });
  }

  onChange(handler: (podUid: string) => void): void {
    this.#handlers.push(handler);
  }

  async ensure(assignment: PodAssignment, container: Container): Promise<ImageState> {
    let reference: ImageReference;
    try {
      reference = parseImageReference(container.image);
    } catch (thrown) {
      const message = `Failed to apply default image tag "${container.image}": ${LongshoreError.from(thrown).message}`;
      this.#events.once(assignment, container, { type: 'Warning', reason: 'InspectFailed', message });
      return this.#refused('InvalidImageName', message);
    }
    const image = await this.#runtime.image(container.image);
    const request: PullRequest = {
      reference: renderImageReference(reference),
      image: container.image,
      credentials: credentialsFor(assignment, reference),
    };
    const pull = this.#pulls.get(ImagePulls.key(request));
    switch (container.imagePullPolicy) {
      case 'Never':
        return image ? this.#present(assignment, container, image) : this.#neverPulled(assignment, container);
      case 'Always':
        if (image && this.#isFresh(pull)) return this.#present(assignment, container, image, pull);
        return this.#withPull(assignment, container, request, pull);
      default:
        if (image) return this.#present(assignment, container, image, this.#pullFor(assignment, container, request));
        return this.#withPull(assignment, container, request, pull);
    }
  }

  #neverPulled(assignment: PodAssignment, container: Container): ImageState {
    const message = `Container image "${container.image}" is not present with pull policy of Never`;
    this.#events.once(assignment, container, { type: 'Warning', reason: 'ErrImageNeverPull', message });
    return this.#refused('ErrImageNeverPull', message);
  }

  /** Nothing but a change of the pod or of the node's images helps; the latter is looked for now and then. */
  #refused(reason: string, message: string): ImageState {
    return { state: 'failed', reason, message, retryAtMs: this.#clock.now() + freshMs };
  }

  #present(assignment: PodAssignment, container: Container, image: ObservedImage, pull?: PullState): ImageState {
    if (this.#isFresh(pull)) {
      this.#events.pulled(assignment, container, pull, image.sizeBytes);
    } else {
      const message = `Container image "${container.image}" already present on machine`;
      this.#events.once(assignment, container, { type: 'Normal', reason: 'Pulled', message });
    }
    return { state: 'present', imageId: image.id, user: image.user };
  }

  /** The pull of `request` if it was made for this container, or for others and this one waited. */
  #pullFor(assignment: PodAssignment, container: Container, request: PullRequest): PullState | undefined {
    const key = ImagePulls.key(request);
    return this.#pullers.get(key)?.has(pullerKey(assignment, container)) ? this.#pulls.get(key) : undefined;
  }

  #isFresh(pull: PullState | undefined): pull is PullState & { state: 'succeeded' } {
    return pull?.state === 'succeeded' && this.#clock.now() < pull.atMs + freshMs;
  }

  /** The pull that is under way or waits to be tried again, else a new one. */
  #withPull(assignment: PodAssignment, container: Container, request: PullRequest, pull: PullState | undefined): ImageState {
    const key = ImagePulls.key(request);
    this.#await(key, assignment);
    if (pull?.state === 'failed' && this.#clock.now() < pull.retryAtMs) return this.#failed(assignment, container, pull);
    if (pull?.state !== 'pulling') {
      for (const name of missingPullSecrets(assignment)) this.#events.missingSecret(assignment, container, name);
      this.#pulls.begin(request);
      this.#pullers.set(key, new Set());
    }
    this.#pullers.get(key)?.add(pullerKey(assignment, container));
    this.#events.pulling(assignment, container, pull?.state === 'pulling' ? pull.startedAtMs : this.#clock.now());
    return { state: 'pulling' };
  }

  #failed(assignment: PodAssignment, container: Container, pull: PullState & { state: 'failed' }): ImageState {
    const { atMs, retryAtMs } = pull;
    const fresh = this.#clock.now() < atMs + freshFailureMs;
    this.#events.pullFailed(assignment, container, pull);
    if (fresh) return { state: 'failed', reason: 'ErrImagePull', message: pull.message, retryAtMs: atMs + freshFailureMs };
    this.#events.backOff(assignment, container, atMs);
    const message = `Back-off pulling image "${container.image}": ErrImagePull: ${pull.message}`;
    return { state: 'failed', reason: 'ImagePullBackOff', message, retryAtMs };
  }

  #await(key: string, { pod }: PodAssignment): void {
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting.add(pod?.uid ?? ''));
  }

  /** Tells the pods that wait for a pull; those that still do ask again and are told again. */
  #tell(key: string): void {
    const waiting = this.#waiting.get(key) ?? new Set<string>();
    this.#waiting.delete(key);
    for (const podUid of waiting) for (const handler of this.#handlers) handler(podUid);
  }
}

function pullerKey({ pod }: PodAssignment, container: Container): string {
  return `${pod?.uid ?? ''}/${container.name}`;
}
