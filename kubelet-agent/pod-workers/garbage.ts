import type { ObservedContainer } from '../runtime/container-runtime.js';
import type { PodSnapshot } from './pod-snapshot.js';
import type { Step } from './step.js';

/**
 * The next leftover of a pod to remove: of every container name the newest exited one
 * stays (for `kubectl logs --previous`, the restart count and the back-off), and a dead
 * sandbox stays while something of it is kept.
 */
export function nextGarbage({ observed }: PodSnapshot): Step | undefined {
  const kept = new Map<string, ObservedContainer>();
  const older: ObservedContainer[] = [];
  const newestFirst = [...observed.containers].sort((a, b) => b.attempt - a.attempt);
  for (const container of newestFirst) {
    const newest = newestFirst.find(({ name }) => name === container.name) === container;
    if (container.state === 'running' || (container.state === 'created' && newest)) continue;
    if (container.state === 'exited' && !kept.has(container.name)) kept.set(container.name, container);
    else older.push(container);
  }
  const container = older.at(-1);
  if (container) return { kind: 'RemoveContainer', id: container.id };
  const current = Math.max(...observed.sandboxes.map(({ attempt }) => attempt));
  const sandbox = observed.sandboxes.find(
    ({ attempt }) => attempt !== current && !observed.containers.some((container) => container.sandboxAttempt === attempt),
  );
  return sandbox && { kind: 'RemoveSandbox', attempt: sandbox.attempt };
}
