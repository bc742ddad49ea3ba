import type { Container, Pod, ServiceAccount, Volume } from '../../../lib/kubernetes/types/core-v1.js';

/** Names of the objects, in the pod's namespace, whose data its node needs to run it. */
export interface PodReferences {
  configMaps: ReadonlySet<string>;
  secrets: ReadonlySet<string>;
}

/**
 * What `pod` refers to: env, envFrom, volumes, projected volumes and pull secrets; with
 * `serviceAccount`, the pull secrets that it lends to pods without their own.
 */
export function referencesOf(pod: Pod, serviceAccount?: ServiceAccount): PodReferences {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  for (const container of [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]) {
    ofContainer(container, configMaps, secrets);
  }
  for (const volume of pod.spec?.volumes ?? []) ofVolume(volume, configMaps, secrets);
  for (const name of pullSecretsOf(pod, serviceAccount)) secrets.add(name);
  return { configMaps, secrets };
}

/** The pod's own pull secrets, else its service account's. */
export function pullSecretsOf(pod: Pod, serviceAccount?: ServiceAccount): string[] {
  const own = pod.spec?.imagePullSecrets ?? [];
  const references = own.length > 0 ? own : (serviceAccount?.imagePullSecrets ?? []);
  return references.flatMap(({ name }) => (name ? [name] : []));
}

function ofContainer(container: Container, configMaps: Set<string>, secrets: Set<string>): void {
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef?.name) configMaps.add(configMapRef.name);
    if (secretRef?.name) secrets.add(secretRef.name);
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.configMapKeyRef?.name) configMaps.add(valueFrom.configMapKeyRef.name);
    if (valueFrom?.secretKeyRef?.name) secrets.add(valueFrom.secretKeyRef.name);
  }
}

function ofVolume(volume: Volume, configMaps: Set<string>, secrets: Set<string>): void {
  if (volume.configMap?.name) configMaps.add(volume.configMap.name);
  if (volume.secret?.secretName) secrets.add(volume.secret.secretName);
  for (const { configMap, secret } of volume.projected?.sources ?? []) {
    if (configMap?.name) configMaps.add(configMap.name);
    if (secret?.name) secrets.add(secret.name);
  }
}
