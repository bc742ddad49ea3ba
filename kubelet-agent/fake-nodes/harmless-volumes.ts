import type { PodAssignment, PodSpec, Volume } from '../../proto/gen/longshore/node/v1/pod.js';
import type { Mounts } from '../volumes/mount-runner.js';
import type { VolumeManager } from '../volumes/volume-manager.js';

/** Mounts nothing: a tmpfs is a plain directory. */
export const noMounts: Mounts = {
  list: () => Promise.resolve([]),
  mountTmpfs: () => Promise.resolve(),
  unmount: () => Promise.resolve(),
};

/**
 * The volumes of pods that no container will see, made without root and without a touch on
 * the machine: files belong to this process' user, and a hostPath is an empty directory.
 * All else is as on a real node: a missing ConfigMap keeps the pod waiting.
 */
export function harmlessVolumes(real: VolumeManager): VolumeManager {
  return {
    prepare: (assignment, pod, signal) => real.prepare(harmless(assignment), pod, signal),
    prepareNetworkFiles: (assignment, pod) => real.prepareNetworkFiles(assignment, pod),
    prepareTerminationLog: (podUid, name, attempt) => real.prepareTerminationLog(podUid, name, attempt),
    readTerminationLog: (podUid, name, attempt) => real.readTerminationLog(podUid, name, attempt),
    remove: (podUid) => real.remove(podUid),
    list: () => real.list(),
  };
}

function harmless(assignment: PodAssignment): PodAssignment {
  return assignment.spec ? { ...assignment, spec: harmlessSpec(assignment.spec) } : assignment;
}

function harmlessSpec(spec: PodSpec): PodSpec {
  const unowned = <T extends { securityContext?: { runAsUser?: number | undefined } | undefined }>(container: T): T =>
    container.securityContext
      ? { ...container, securityContext: { ...container.securityContext, runAsUser: undefined } }
      : container;
  return {
    ...spec,
    ...(spec.securityContext && { securityContext: { ...spec.securityContext, fsGroup: undefined, runAsUser: undefined } }),
    initContainers: spec.initContainers.map(unowned),
    containers: spec.containers.map(unowned),
    volumes: spec.volumes.map(harmlessVolume),
  };
}

function harmlessVolume(volume: Volume): Volume {
  if (volume.source?.$case !== 'hostPath') return volume;
  return { ...volume, source: { $case: 'emptyDir', value: { medium: '', sizeLimitBytes: 0 } } };
}
