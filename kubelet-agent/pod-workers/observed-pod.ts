import type { ObservedContainer, ObservedPod, ObservedSandbox, PodLabels } from '../runtime/container-runtime.js';

/** A pod of which nothing is on the engine. */
export function emptyPod(labels: PodLabels): ObservedPod {
  return { ...labels, sandboxes: [], containers: [] };
}

// What a step has just changed, without another look at the engine.

export function withSandbox(pod: ObservedPod, sandbox: ObservedSandbox): ObservedPod {
  const others = pod.sandboxes.filter(({ attempt }) => attempt !== sandbox.attempt);
  return { ...pod, sandboxes: [...others, sandbox].sort((a, b) => a.attempt - b.attempt) };
}

export function withContainer(pod: ObservedPod, container: ObservedContainer): ObservedPod {
  const others = pod.containers.filter(({ name, attempt }) => name !== container.name || attempt !== container.attempt);
  return { ...pod, containers: [...others, container] };
}

export function withoutContainer(pod: ObservedPod, id: string): ObservedPod {
  return { ...pod, containers: pod.containers.filter((container) => container.id !== id) };
}

export function withStoppedSandbox(pod: ObservedPod, attempt: number): ObservedPod {
  const sandboxes = pod.sandboxes.map((sandbox) =>
    sandbox.attempt === attempt ? { ...sandbox, state: 'exited' as const, ip: '' } : sandbox,
  );
  return { ...pod, sandboxes };
}

export function withoutSandbox(pod: ObservedPod, attempt: number): ObservedPod {
  return {
    ...pod,
    sandboxes: pod.sandboxes.filter((sandbox) => sandbox.attempt !== attempt),
    containers: pod.containers.filter(({ sandboxAttempt }) => sandboxAttempt !== attempt),
  };
}
