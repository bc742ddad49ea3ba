import type { ContainerStatus, Pod } from '../../../lib/kubernetes/types/core-v1.js';
import { badRequest } from '../status.js';

/**
 * The container that is asked for; the only one when none is named.
 * @throws StatusError 400 in Kubernetes' words
 */
export function chooseContainer(pod: Pod, asked: string): string {
  const { containers, initContainers = [], ephemeralContainers = [] } = pod.spec;
  const { name: podName } = pod.metadata;
  if (asked !== '') {
    const known = [...containers, ...initContainers, ...ephemeralContainers].some(({ name }) => name === asked);
    if (!known) throw badRequest(`container ${asked} is not valid for pod ${podName}`);
    return asked;
  }
  const [only] = containers;
  if (only && containers.length === 1 && ephemeralContainers.length === 0) return only.name;
  const list = (items: readonly { name: string }[]): string => items.map(({ name }) => name).join(' ');
  const init = initContainers.length > 0 ? ` or one of the init containers: [${list(initContainers)}]` : '';
  const ephemeral = ephemeralContainers.length > 0 ? ` or one of the ephemeral containers: [${list(ephemeralContainers)}]` : '';
  throw badRequest(
    `a container name must be specified for pod ${podName}, choose one of: [${list(containers)}]${init}${ephemeral}`,
  );
}

/**
 * That there is a log to read.
 * @throws StatusError 400 while the container waits to start, or has no former attempt
 */
export function requireStarted(pod: Pod, container: string, previous: boolean): void {
  const subject = `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)}`;
  const status = statusOfContainer(pod, container);
  if (previous) {
    if (status?.lastState?.terminated?.containerID) return;
    throw badRequest(`previous terminated ${subject} not found`);
  }
  if (!pod.spec.nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  const { state, lastState } = status ?? {};
  if (state?.running || state?.terminated || lastState?.terminated) return;
  const reason = state?.waiting?.reason ?? (waitsForInit(pod, container) ? 'PodInitializing' : 'ContainerCreating');
  const pulling = reason === 'ErrImagePull' || reason === 'ImagePullBackOff';
  const why = pulling ? 'trying and failing to pull image' : reason;
  throw badRequest(`${subject} is waiting to start: ${why}`);
}

function statusOfContainer(pod: Pod, container: string): ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
  return [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses].find(({ name }) => name === container);
}

function waitsForInit(pod: Pod, container: string): boolean {
  const { containers, initContainers = [] } = pod.spec;
  return initContainers.length > 0 && containers.some(({ name }) => name === container);
}
