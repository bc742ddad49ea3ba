import type { EventList } from '../../../lib/kubernetes/types/core-v1.js';
import type { ClusterUser } from '../../support/cluster-user.js';
import type { PodWatch } from '../../support/pod-watch.js';

/** What the descriptions of pods play in. */
export interface Scene {
  user: ClusterUser;
  pods: PodWatch;
}

export const busybox = 'longshore-test/busybox:1';
/** An image with Node. */
export const guestbook = 'longshore-example/guestbook:1';
/** Runs until it is told to stop, and stops at once. */
export const waits = "trap 'exit 0' TERM; while :; do sleep 0.1; done";

type Fields = Record<string, unknown>;

/** A container that runs a shell script. */
export function container(name: string, script: string, fields: Fields = {}): Fields {
  return { name, image: busybox, command: ['sh', '-c', script], ...fields };
}

export function pod(name: string, spec: Fields, metadata: Fields = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { terminationGracePeriodSeconds: 1, ...spec },
  };
}

export const readLogs = ({ user }: Scene, name: string, ...flags: string[]): Promise<string> =>
  user.kubectl('logs', name, ...flags);

/** "reason: message" of each event of a pod. */
export async function readEvents({ user }: Scene, name: string): Promise<string[]> {
  const selector = `involvedObject.name=${name}`;
  const { items } = await user.getJson<EventList>('events', '--field-selector', selector);
  return items.map(({ reason = '', message = '' }) => `${reason}: ${message}`);
}

/** The STATUS column of `kubectl get pods`. */
export async function readStatusColumn({ user }: Scene, name: string): Promise<string> {
  return (await user.kubectl('get', 'pod', name, '--no-headers')).split(/\s+/)[2] ?? '';
}
