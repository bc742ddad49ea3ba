import type { ConfigMap, Pod, PodSpec as KubePodSpec, Secret, ServiceAccount } from '../../../lib/kubernetes/types/core-v1.js';
import type {
  ConfigMapData,
  EnvVar,
  PodAssignment,
  PodSecurityContext,
  PodSpec,
  SecretData,
} from '../../../proto/gen/longshore/node/v1/pod.js';
import { container } from './container.js';
import { pullSecretsOf } from './references.js';
import { volume } from './volume.js';

/** What a pod's node must be told, apart from the pod: the objects that exist of those it names. */
export interface AssignmentContext {
  configMaps: readonly ConfigMap[];
  secrets: readonly Secret[];
  serviceAccount: ServiceAccount | undefined;
  serviceEnv: readonly EnvVar[];
  clusterCa: string;
}

/** Pure: a pod and what it uses, as its node must run it. */
export function podAssignment(pod: Pod, context: AssignmentContext): PodAssignment {
  const { metadata, status } = pod;
  const spec = pod.spec ?? { containers: [] };
  const isFinal = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return {
    pod: {
      namespace: metadata.namespace ?? '',
      name: metadata.name ?? '',
      uid: metadata.uid ?? '',
      labels: metadata.labels ?? {},
      annotations: metadata.annotations ?? {},
      serviceAccountName: spec.serviceAccountName ?? 'default',
    },
    spec: podSpec(pod, spec, context.serviceAccount),
    deletionTime: date(metadata.deletionTimestamp),
    deletionGracePeriodSeconds: metadata.deletionGracePeriodSeconds ?? 0,
    configMaps: context.configMaps.map(configMapData),
    secrets: context.secrets.map(secretData),
    serviceEnv: [...context.serviceEnv],
    creationTime: date(metadata.creationTimestamp),
    clusterCa: context.clusterCa,
    finalPhase: isFinal ? (status.phase ?? '') : '',
  };
}

function podSpec(pod: Pod, spec: KubePodSpec, serviceAccount: ServiceAccount | undefined): PodSpec {
  return {
    initContainers: (spec.initContainers ?? []).map(container),
    containers: spec.containers.map(container),
    volumes: (spec.volumes ?? []).map(volume),
    restartPolicy: spec.restartPolicy ?? 'Always',
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
    activeDeadlineSeconds: spec.activeDeadlineSeconds ?? 0,
    dnsPolicy: spec.dnsPolicy ?? 'ClusterFirst',
    dnsConfig: spec.dnsConfig && {
      nameservers: spec.dnsConfig.nameservers ?? [],
      searches: spec.dnsConfig.searches ?? [],
      options: (spec.dnsConfig.options ?? []).map(({ name = '', value }) => ({ name, value })),
    },
    hostNetwork: spec.hostNetwork ?? false,
    hostPid: spec.hostPID ?? false,
    hostIpc: spec.hostIPC ?? false,
    shareProcessNamespace: spec.shareProcessNamespace ?? false,
    securityContext: securityContext(spec),
    hostname: spec.hostname ?? '',
    subdomain: spec.subdomain ?? '',
    hostAliases: (spec.hostAliases ?? []).map(({ ip, hostnames = [] }) => ({ ip, hostnames })),
    imagePullSecrets: pullSecretsOf(pod, serviceAccount),
    nodeName: spec.nodeName ?? '',
  };
}

function securityContext({ securityContext: source }: KubePodSpec): PodSecurityContext | undefined {
  if (!source) return undefined;
  return {
    runAsUser: source.runAsUser,
    runAsGroup: source.runAsGroup,
    runAsNonRoot: source.runAsNonRoot,
    fsGroup: source.fsGroup,
    supplementalGroups: source.supplementalGroups ?? [],
    sysctls: (source.sysctls ?? []).map(({ name, value }) => ({ name, value })),
  };
}

function configMapData({ metadata, data = {}, binaryData = {} }: ConfigMap): ConfigMapData {
  return {
    name: metadata.name ?? '',
    data: {
      ...mapValues(data, (text) => Buffer.from(text)),
      ...mapValues(binaryData, (text) => Buffer.from(text, 'base64')),
    },
  };
}

function secretData({ metadata, type = 'Opaque', data = {} }: Secret): SecretData {
  return { name: metadata.name ?? '', type, data: mapValues(data, (text) => Buffer.from(text, 'base64')) };
}

/** Keys in order, so that the same content is the same bytes. */
function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(
    Object.entries(record)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, map(value)]),
  );
}

function date(timestamp: string | undefined): Date | undefined {
  return timestamp === undefined ? undefined : new Date(timestamp);
}
