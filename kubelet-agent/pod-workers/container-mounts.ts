import { isAbsolute, normalize } from 'node:path';

import type { Container, Volume, VolumeMount } from '../../proto/gen/longshore/node/v1/pod.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Mount } from '../runtime/container-runtime.js';
import { expandVariables } from './expand-variables.js';

/** Volumes whose content the agent writes: nobody else may (kubernetes issue 62099). */
const writtenByAgent: readonly (NonNullable<Volume['source']>['$case'] | undefined)[] = [
  'configMap',
  'secret',
  'downwardApi',
  'projected',
];

/** A volume mount with its subPath, which the shell has to resolve inside the volume. */
export interface WantedMount {
  mount: VolumeMount;
  volumePath: string;
  /** Relative; empty: the whole volume. */
  subPath: string;
}

/**
 * The volume mounts of a container, in order.
 * @param volumes host path by volume name
 * @throws LongshoreError InvalidArgument for a volume that the pod has not, or a subPath that leaves its volume
 */
export function wantedMounts(
  container: Container,
  volumes: ReadonlyMap<string, string>,
  env: ReadonlyMap<string, string>,
): WantedMount[] {
  return container.volumeMounts.map((mount) => {
    const volumePath = volumes.get(mount.name);
    if (volumePath === undefined) {
      throw new LongshoreError('InvalidArgument', `volume "${mount.name}" of container ${container.name} not found`);
    }
    return { mount, volumePath, subPath: subPathOf(mount, env) };
  });
}

/** A mount as the engine is asked for it; without write access when the agent alone writes the volume. */
export function toMount(mount: VolumeMount, hostPath: string, volume: Volume | undefined): Mount {
  const containerPath = isAbsolute(mount.mountPath) ? mount.mountPath : `/${mount.mountPath}`;
  const readOnly = mount.readOnly || writtenByAgent.includes(volume?.source?.$case);
  return { hostPath, containerPath, readOnly, propagation: propagationOf(mount) };
}

function subPathOf(mount: VolumeMount, env: ReadonlyMap<string, string>): string {
  const path = mount.subPathExpr === '' ? mount.subPath : expandVariables(mount.subPathExpr, env);
  if (path === '') return '';
  if (mount.subPathExpr !== '' && /\$\([^)]*\)/.test(path)) {
    throw new LongshoreError('InvalidArgument', `missing value for subPathExpr ${mount.subPathExpr} of volume ${mount.name}`);
  }
  if (isAbsolute(path) || path.split('/').includes('..')) {
    throw new LongshoreError(
      'InvalidArgument',
      `subPath ${path} of volume ${mount.name} must be relative and must not contain ..`,
    );
  }
  return normalize(path);
}

function propagationOf({ mountPropagation }: VolumeMount): Mount['propagation'] {
  if (mountPropagation === 'Bidirectional') return 'rshared';
  return mountPropagation === 'HostToContainer' ? 'rslave' : 'private';
}
