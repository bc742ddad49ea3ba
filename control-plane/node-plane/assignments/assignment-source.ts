import type { ConfigMap, Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { EnvVar, PodAssignment } from '../../../proto/gen/longshore/node/v1/pod.js';
import type { Informer, KubeObject, ResourceClient } from '../../resources/client.js';
import type { NodePlaneClients, NodePlaneInformers } from '../informers.js';
import { podAssignment } from './pod-assignment.js';
import { referencesOf } from './references.js';
import { serviceEnvironment } from './service-environment.js';

/** The ConfigMap of every namespace that holds the cluster's CA. */
const rootCaConfigMap = 'kube-root-ca.crt';

/**
 * Makes assignments: gathers what a pod uses and translates. An object that the caches do
 * not hold is looked up in the store before it counts as missing, so that a pod made right
 * after its ConfigMap does not fail for a moment.
 */
export class AssignmentSource {
  readonly #informers: NodePlaneInformers;
  readonly #clients: NodePlaneClients;
  readonly #clusterCa: string;
  /** By pod uid: a pod keeps the services of the moment when it was first assigned. */
  readonly #serviceEnv = new Map<string, readonly EnvVar[]>();

  constructor(options: { informers: NodePlaneInformers; clients: NodePlaneClients; clusterCa: string }) {
    this.#informers = options.informers;
    this.#clients = options.clients;
    this.#clusterCa = options.clusterCa;
  }

  async assignmentOf(pod: Pod): Promise<PodAssignment> {
    const { configMaps, secrets, serviceAccounts } = this.#informers;
    const namespace = pod.metadata.namespace ?? '';
    const accountName = pod.spec?.serviceAccountName ?? 'default';
    const serviceAccount = await find(serviceAccounts, this.#clients.serviceAccounts, namespace, accountName);
    const references = referencesOf(pod, serviceAccount);
    const [foundConfigMaps, foundSecrets] = await Promise.all([
      findAll(configMaps, this.#clients.configMaps, namespace, references.configMaps),
      findAll(secrets, this.#clients.secrets, namespace, references.secrets),
    ]);
    if (
      references.configMaps.has(rootCaConfigMap) &&
      !foundConfigMaps.some(({ metadata }) => metadata.name === rootCaConfigMap)
    ) {
      foundConfigMaps.push(this.#rootCa(namespace));
    }
    return podAssignment(pod, {
      configMaps: foundConfigMaps,
      secrets: foundSecrets,
      serviceAccount,
      serviceEnv: this.#serviceEnvOf(pod),
      clusterCa: this.#clusterCa,
    });
  }

  /** Forgets what is kept of a pod that is gone. */
  forget(podUid: string): void {
    this.#serviceEnv.delete(podUid);
  }

  #serviceEnvOf(pod: Pod): readonly EnvVar[] {
    const uid = pod.metadata.uid ?? '';
    const known = this.#serviceEnv.get(uid);
    if (known) return known;
    const { services } = this.#informers;
    const own = pod.spec?.enableServiceLinks === false ? [] : services.list(pod.metadata.namespace ?? '');
    // The API's own service is told to every pod, unless its namespace has one of that name.
    const api = own.some(({ metadata }) => metadata.name === 'kubernetes') ? undefined : services.get('default', 'kubernetes');
    const variables = serviceEnvironment(api ? [...own, api] : own);
    this.#serviceEnv.set(uid, variables);
    return variables;
  }

  /** The ConfigMap as its controller will make it. */
  #rootCa(namespace: string): ConfigMap {
    return {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name: rootCaConfigMap },
      data: { 'ca.crt': this.#clusterCa },
    };
  }
}

async function find<T extends KubeObject>(
  informer: Informer<T>,
  client: ResourceClient<T>,
  namespace: string,
  name: string,
): Promise<T | undefined> {
  return informer.get(namespace, name) ?? (await client.get(namespace, name));
}

async function findAll<T extends KubeObject>(
  informer: Informer<T>,
  client: ResourceClient<T>,
  namespace: string,
  names: ReadonlySet<string>,
): Promise<T[]> {
  const found = await Promise.all([...names].sort().map((name) => find(informer, client, namespace, name)));
  return found.flatMap((object) => (object === undefined ? [] : [object]));
}
