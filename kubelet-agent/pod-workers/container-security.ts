import type { Container, PodSecurityContext } from '../../proto/gen/longshore/node/v1/pod.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { ContainerSecurity } from '../runtime/container-runtime.js';
import type { DesiredPod } from './desired-pod.js';

/**
 * The container's securityContext over the pod's.
 * @param imageUser the image's own user
 * @throws LongshoreError InvalidArgument when runAsNonRoot is broken or cannot be verified
 */
export function containerSecurity(desired: DesiredPod, container: Container, imageUser: string): ContainerSecurity {
  const pod = desired.spec.securityContext;
  const own = container.securityContext;
  const runAsUser = own?.runAsUser ?? pod?.runAsUser;
  const runAsGroup = own?.runAsGroup ?? pod?.runAsGroup;
  if (own?.runAsNonRoot ?? pod?.runAsNonRoot) checkNonRoot(desired, container, runAsUser, imageUser);
  return {
    privileged: own?.privileged ?? false,
    capabilitiesAdd: own?.capabilitiesAdd ?? [],
    capabilitiesDrop: own?.capabilitiesDrop ?? [],
    user: userOf(runAsUser, runAsGroup, imageUser),
    supplementalGroups: supplementalGroups(pod),
    readOnlyRootFilesystem: own?.readOnlyRootFilesystem ?? false,
    noNewPrivileges: own?.allowPrivilegeEscalation === false,
  };
}

function userOf(user: number | undefined, group: number | undefined, imageUser: string): string | undefined {
  if (user === undefined && group === undefined) return undefined;
  const name = user === undefined ? imageUser.split(':')[0] || '0' : String(user);
  return group === undefined ? name : `${name}:${group}`;
}

function supplementalGroups(pod: PodSecurityContext | undefined): number[] {
  const groups = [...(pod?.supplementalGroups ?? []), ...(pod?.fsGroup === undefined ? [] : [pod.fsGroup])];
  return [...new Set(groups)];
}

function checkNonRoot({ pod }: DesiredPod, container: Container, runAsUser: number | undefined, imageUser: string): void {
  const where = `(pod: "${pod.name}_${pod.namespace}(${pod.uid})", container: ${container.name})`;
  const refuse = (why: string): never => {
    throw new LongshoreError('InvalidArgument', `${why} ${where}`);
  };
  if (runAsUser !== undefined) {
    if (runAsUser === 0) refuse(`container's runAsUser breaks non-root policy`);
    return;
  }
  const name = imageUser.split(':')[0] ?? '';
  if (name === '' || /^0+$/.test(name)) refuse('container has runAsNonRoot and image will run as root');
  if (!/^\d+$/.test(name)) {
    refuse(`container has runAsNonRoot and image has non-numeric user (${name}), cannot verify user is non-root`);
  }
}
