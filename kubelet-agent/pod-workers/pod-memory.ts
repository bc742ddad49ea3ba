import type { ImageState } from '../images/image-manager.js';
import type { ObservedPod } from '../runtime/container-runtime.js';
import type { DesiredPod } from './desired-pod.js';
import type { NodeContext } from './node-context.js';
import type { StepFailure } from './pod-snapshot.js';

/** What one worker knows of its pod. All of it may be lost at any moment and is found again. */
export class PodMemory {
  desired: DesiredPod | undefined;
  observed: ObservedPod;
  /** The observation is out of date: look at the engine before the next step. */
  stale = true;
  readonly images = new Map<string, ImageState>();
  /** Names of containers whose image state may be out of date. */
  readonly imagesToAsk = new Set<string>();
  volumes: 'missing' | 'stale' | 'ready' = 'missing';
  /** Host path by volume name. */
  volumePaths: ReadonlyMap<string, string> = new Map();
  readonly failures = new Map<string, StepFailure>();
  readonly postStart = new Map<string, 'pending' | 'running' | 'failed'>();
  /** Stops under way, by container id. */
  readonly stopping = new Map<string, { killAtMs: number; hook: AbortController }>();
  tornDown = false;

  constructor(desired: DesiredPod | undefined, observed: ObservedPod) {
    this.desired = desired;
    this.observed = observed;
  }

  /** The address of the pod; empty before it has one. */
  podIp(node: NodeContext): string {
    if (this.desired?.spec.hostNetwork) return node.hostIp;
    return this.observed.sandboxes.findLast(({ state }) => state === 'running')?.ip ?? '';
  }

  /** Notes that a step did not succeed; it is tried again after `baseMs`, doubling to `maxMs`. */
  fail(key: string, failure: { reason: string; message: string; nowMs: number; baseMs: number; maxMs: number }): void {
    const count = (this.failures.get(key)?.count ?? 0) + 1;
    const retryAtMs = failure.nowMs + Math.min(failure.maxMs, failure.baseMs * 2 ** (count - 1));
    this.failures.set(key, { count, reason: failure.reason, message: failure.message, retryAtMs });
  }

  /** A new definition may heal what failed under the old one. */
  update(desired: DesiredPod): void {
    this.desired = desired;
    for (const [key, failure] of this.failures) this.failures.set(key, { ...failure, retryAtMs: 0 });
    if (this.volumes === 'ready') this.volumes = 'stale';
  }

  /** A pull has ended, or may be tried again. */
  askForImages(): void {
    for (const [name, image] of this.images) if (image.state !== 'present') this.imagesToAsk.add(name);
  }

  /** Forgets what concerns containers that are gone or no longer run. */
  prune(): void {
    const running = new Set(this.observed.containers.flatMap(({ id, state }) => (state === 'running' ? [id] : [])));
    for (const id of this.postStart.keys()) if (!running.has(id)) this.postStart.delete(id);
  }
}
