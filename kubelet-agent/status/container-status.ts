import type { Container } from '../../proto/gen/longshore/node/v1/pod.js';
import type { ContainerState, ContainerStatus } from '../../proto/gen/longshore/node/v1/pod_status.js';
import { attemptsOf, type ContainerIntent, type ContainerRole, verdictOf } from '../pod-workers/container-intent.js';
import type { DesiredPod } from '../pod-workers/desired-pod.js';
import type { PodPlan } from '../pod-workers/pod-plan.js';
import type { PodSnapshot } from '../pod-workers/pod-snapshot.js';
import type { ObservedContainer } from '../runtime/container-runtime.js';
import { containerId, lostState, runningState, terminatedOf, terminatedState, waitingState } from './container-state.js';

/** Facts about containers that have to be asked for, by id of the container or by image. */
export interface ContainerFacts {
  terminationMessages: ReadonlyMap<string, string>;
  /** An image's name with its digest, for example "docker.io/library/redis@sha256:...", by {@link imageKey}. */
  imageDigests: ReadonlyMap<string, string>;
}

/** One image may be known by several names, and have a digest under some of them only. */
export function imageKey({ image, imageId }: Pick<ObservedContainer, 'image' | 'imageId'>): string {
  return `${image} ${imageId}`;
}

export interface StatusContext {
  desired: DesiredPod;
  snapshot: PodSnapshot;
  plan: PodPlan;
  facts: ContainerFacts;
}

export function containerStatus(
  context: StatusContext,
  container: Container,
  role: ContainerRole,
  previous: ContainerStatus | undefined,
): ContainerStatus {
  const { snapshot, facts } = context;
  const attempts = attemptsOf(snapshot, container.name);
  const newest = attempts.at(-1);
  const { state, lastState } = statesOf(context, container, attempts, previous);
  const running = newest?.state === 'running' ? verdictOf(snapshot, container, newest.id) : undefined;
  return {
    name: container.name,
    state,
    lastState,
    ready: role === 'init' ? terminatedOf(state)?.exitCode === 0 : (running?.ready ?? false),
    started: role === 'init' ? running !== undefined : (running?.started ?? false),
    restartCount: newest?.attempt ?? previous?.restartCount ?? 0,
    image: newest?.image ?? container.image,
    imageId: newest ? imageIdOf(newest, facts) : (previous?.imageId ?? ''),
    containerId: newest ? containerId(newest) : (previous?.containerId ?? ''),
  };
}

function statesOf(
  context: StatusContext,
  container: Container,
  attempts: readonly ObservedContainer[],
  previous: ContainerStatus | undefined,
): { state: ContainerState; lastState: ContainerState | undefined } {
  const { plan, facts } = context;
  const newest = attempts.at(-1);
  const exited = attempts.filter(({ state }) => state === 'exited');
  const terminated = (attempt: ObservedContainer | undefined): ContainerState | undefined =>
    attempt && terminatedState(attempt, facts.terminationMessages.get(attempt.id) ?? '');
  if (newest?.state === 'running') {
    const known = previous?.containerId === containerId(newest) ? previous.lastState : undefined;
    return { state: runningState(newest), lastState: terminated(exited.at(-1)) ?? known };
  }
  const waiting = waitingFor(context, container, plan.containers.get(container.name), newest);
  if (newest?.state === 'exited') {
    const end = terminatedState(newest, facts.terminationMessages.get(newest.id) ?? '');
    return waiting
      ? { state: waiting, lastState: end }
      : { state: end, lastState: terminated(exited.at(-2)) ?? lastBefore(previous, newest) };
  }
  if (plan.mode !== 'run' && previous?.containerId) {
    const gone = terminatedOf(previous.state) ? previous.state : lostState(previous.containerId);
    return { state: gone ?? lostState(previous.containerId), lastState: previous.lastState };
  }
  return { state: waiting ?? creating(context.desired, container), lastState: terminated(exited.at(-1)) };
}

/** Why a container does not run although it should; undefined when its end is all there is to say. */
function waitingFor(
  context: StatusContext,
  container: Container,
  intent: ContainerIntent | undefined,
  newest: ObservedContainer | undefined,
): ContainerState | undefined {
  const { desired, snapshot } = context;
  switch (intent?.kind) {
    case 'backoff': {
      const { name, namespace, uid } = desired.pod;
      const pod = `${name}_${namespace}(${uid})`;
      const message = `back-off ${duration(intent.delayMs)} restarting failed container=${container.name} pod=${pod}`;
      return waitingState('CrashLoopBackOff', message);
    }
    case 'failing':
      return waitingState(intent.reason, intent.message);
    case 'blocked':
      return creating(desired, container);
    case 'start': {
      const image = snapshot.images.get(container.name);
      if (image?.state === 'failed') return waitingState(image.reason, image.message);
      const failure = snapshot.failures.get(container.name);
      if (failure) return waitingState(failure.reason, failure.message);
      // A container that has just ended shows its end until the next attempt runs.
      return newest?.state === 'exited' ? undefined : creating(desired, container);
    }
    default:
      return undefined;
  }
}

function creating({ spec }: DesiredPod, container: Container): ContainerState {
  const first = spec.initContainers.length === 0 || spec.initContainers[0] === container;
  return waitingState(first ? 'ContainerCreating' : 'PodInitializing');
}

/** The end of an attempt that the engine no longer has, as it was reported when `newest` still ran. */
function lastBefore(previous: ContainerStatus | undefined, newest: ObservedContainer): ContainerState | undefined {
  return previous?.containerId === containerId(newest) ? previous.lastState : undefined;
}

function imageIdOf(container: ObservedContainer, { imageDigests }: ContainerFacts): string {
  const digest = imageDigests.get(imageKey(container));
  return digest ? `docker-pullable://${digest}` : `docker://${container.imageId}`;
}

/** As Go prints durations: 10s, 1m20s, 5m0s. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
