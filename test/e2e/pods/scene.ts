import type { EventList } from '../../../lib/kubernetes/types/core-v1.js';
import type { LocalCluster } from '../../support/local-cluster.js';
import type { PodWatch } from '../../support/pod-watch.js';

/** What the descriptions of pods play in. */
export interface Scene {
  cluster: LocalCluster;
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

export const readLogs = ({ cluster }: Scene, name: string, ...flags: string[]): Promise<string> =>
  cluster.kubectl('logs', name, ...flags);

/** "reason: message" of each event of a pod. */
export async function readEvents({ cluster }: Scene, name: string): Promise<string[]> {
  const selector = `involvedObject.name=${name}`;
  const { items } = await cluster.getJson<EventList>('events', '--field-selector', selector);
  return items.map(({ reason = '', message = '' }) => `${reason}: ${message}`);
}

/** The STATUS column of `kubectl get pods`. */
export async function readStatusColumn({ cluster }: Scene, name: string): Promise<string> {
  return (await cluster.kubectl('get', 'pod', name, '--no-headers')).split(/\s+/)[2] ?? '';
}
