import type { Container, DownwardAPIVolumeFile, Pod, PodSpec, Volume } from '../../../lib/kubernetes/types/core-v1.js';
import { defaultContainer } from './container-defaults.js';

const fileMode = 0o644;

/** Defaults of a pod's spec, in a pod as in a template. Changes `spec`. */
export function defaultPodSpec(spec: PodSpec): void {
  spec.restartPolicy ||= 'Always';
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.schedulerName ||= 'default-scheduler';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.securityContext ??= {};
  // The deprecated alias is kept in step, because old clients read it.
  spec.serviceAccountName ||= spec.serviceAccount;
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else delete spec.serviceAccountName;
  for (const container of allContainers(spec)) defaultContainer(container, spec.hostNetwork === true);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
}

/** What is filled in only for a pod, never in a template. Changes `pod`. */
export function defaultPod(pod: Pod): void {
  defaultPodSpec(pod.spec);
  pod.spec.enableServiceLinks ??= true;
  pod.spec.priority ??= 0;
  pod.spec.preemptionPolicy ??= 'PreemptLowerPriority';
  for (const { resources } of allContainers(pod.spec)) {
    if (resources?.limits) resources.requests = { ...resources.limits, ...resources.requests };
  }
}

/** Init containers first, as they run. */
export function allContainers(spec: PodSpec): Container[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
}

function defaultVolume(volume: Volume): void {
  if (Object.keys(volume).every((key) => key === 'name')) volume.emptyDir = {};
  if (volume.hostPath) volume.hostPath.type ??= '';
  if (volume.secret) volume.secret.defaultMode ??= fileMode;
  if (volume.configMap) volume.configMap.defaultMode ??= fileMode;
  if (volume.downwardAPI) {
    volume.downwardAPI.defaultMode ??= fileMode;
    volume.downwardAPI.items?.forEach(defaultDownwardFile);
  }
  if (volume.projected) {
    volume.projected.defaultMode ??= fileMode;
    for (const source of volume.projected.sources ?? []) {
      source.downwardAPI?.items?.forEach(defaultDownwardFile);
      if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= 3600;
    }
  }
}

function defaultDownwardFile(file: DownwardAPIVolumeFile): void {
  if (file.fieldRef) file.fieldRef.apiVersion ||= 'v1';
  if (file.resourceFieldRef) file.resourceFieldRef.divisor ??= '0';
}
