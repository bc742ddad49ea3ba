import type { Pod, ServiceAccount, Volume } from '../../../lib/kubernetes/types/core-v1.js';
import type { AdmissionContext } from '../definition.js';
import { forbiddenObject } from '../registry/failures.js';
import { allContainers } from './pod-spec-defaults.js';

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
/** An hour, and seven seconds by which a token that admission asked for is known. */
const tokenSeconds = 3607;

/**
 * Gives a new pod its service account and, unless somebody opted out, the account's token,
 * the cluster's CA and the namespace as files. Changes `pod`.
 * @throws LongshoreError PermissionDenied when the account does not exist
 */
export async function admitServiceAccount(pod: Pod, context: AdmissionContext): Promise<void> {
  const { spec, metadata } = pod;
  const namespace = metadata.namespace ?? '';
  const name = spec.serviceAccountName || 'default';
  spec.serviceAccountName = name;
  spec.serviceAccount = name;
  const account = await context.get('serviceaccounts', namespace, name);
  if (!account) {
    throw forbiddenObject(
      { plural: 'pods', group: '' },
      metadata.name,
      `error looking up service account ${namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`,
    );
  }
  if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
    spec.imagePullSecrets = account.imagePullSecrets.map((secret) => ({ ...secret }));
  }
  if (mountsToken(pod, account)) mountToken(pod, context);
}

function mountsToken(pod: Pod, account: ServiceAccount): boolean {
  return pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
}

function mountToken(pod: Pod, context: AdmissionContext): void {
  const without = allContainers(pod.spec).filter(
    (container) => !container.volumeMounts?.some((mount) => mount.mountPath === mountPath),
  );
  if (without.length === 0) return;
  const name = `kube-api-access-${context.suffix(5)}`;
  for (const container of without) (container.volumeMounts ??= []).push({ name, readOnly: true, mountPath });
  (pod.spec.volumes ??= []).push(tokenVolume(name));
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
    },
  };
}
