import { type Container, PodAssignment, type PodIdentity, type PodSpec } from '../../proto/gen/longshore/node/v1/pod.js';
import { LongshoreError } from '../../lib/errors/errors.js';

/** An assignment of which identity and spec are known to be there. */
export interface DesiredPod {
  readonly uid: string;
  readonly pod: PodIdentity;
  readonly spec: PodSpec;
  readonly assignment: PodAssignment;
  /** Undefined: the pod is not being deleted. */
  readonly deletionGraceSeconds: number | undefined;
}

/** @throws LongshoreError InvalidArgument when the assignment names no pod or holds no spec */
export function desiredPod(assignment: PodAssignment): DesiredPod {
  const { pod, spec } = assignment;
  if (!pod?.uid || !spec) throw new LongshoreError('InvalidArgument', 'assignment without a pod uid or spec');
  return {
    uid: pod.uid,
    pod,
    spec,
    assignment,
    deletionGraceSeconds: assignment.deletionTime === undefined ? undefined : assignment.deletionGracePeriodSeconds,
  };
}

export function sameAssignment(a: DesiredPod, b: DesiredPod): boolean {
  const [first, second] = [a, b].map(({ assignment }) => PodAssignment.encode(assignment).finish());
  return first !== undefined && second !== undefined && Buffer.compare(first, second) === 0;
}

/** Whether an init container is a sidecar: started in order, then kept running (KEP-753). */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

export function findContainer(spec: PodSpec, name: string): Container | undefined {
  return [...spec.initContainers, ...spec.containers].find((container) => container.name === name);
}

/** The path of a container in its pod, as events name it: "spec.containers{web}". */
export function fieldPathOf(spec: PodSpec, name: string): string {
  return `spec.${spec.initContainers.some((container) => container.name === name) ? 'initContainers' : 'containers'}{${name}}`;
}
