import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Registry } from 'prom-client';

import { startApi, type ApiOptions, type ApiServer } from '../../control-plane/api/server.js';
import { renderKubeconfig } from '../../control-plane/pki/admin-kubeconfig.js';
import { CertificateAuthority } from '../../control-plane/pki/certificate-authority.js';
import { Resources } from '../../control-plane/resources/resources.js';
import { openStore, type OpenStoreOptions } from '../../control-plane/store/open-store.js';
import type { Store } from '../../control-plane/store/store.js';
import { systemClock } from '../../lib/clock/clock.js';
import { silentLogger } from '../../lib/log/logger.js';

export interface ClientIdentity {
  certificatePem: string;
  privateKeyPem: string;
}

/** The API on a store of its own, with the namespaces that a cluster has. */
export interface TestApi {
  readonly server: ApiServer;
  readonly resources: Resources;
  readonly store: Store;
  readonly metrics: Registry;
  readonly dir: string;
  readonly caPem: string;
  readonly admin: ClientIdentity;
  readonly url: string;
  /** A client certificate of the cluster's CA. */
  issueClient(commonName: string, organizations?: string[]): Promise<ClientIdentity>;
  /** Writes a kubeconfig for `client`. @returns its path */
  kubeconfig(client?: ClientIdentity): Promise<string>;
  close(): Promise<void>;
}

const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const day = 86_400_000;

export interface TestApiOptions extends Partial<ApiOptions>, Partial<Pick<OpenStoreOptions, 'driver' | 'history'>> {}

export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const { driver = 'memory', history, ...apiOptions } = options;
  const dir = await mkdtemp(join(tmpdir(), 'longshore-api-'));
  const clock = systemClock;
  const log = silentLogger;
  const store = await openStore({ driver, path: join(dir, 'store'), clock, log, ...(history && { history }) });
  const resources = new Resources({ store, clock, log });
  for (const name of namespaces) {
    await resources.client('namespaces').create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} });
    // No controller runs here that would make it.
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: name, name: 'default' } };
    await resources.client('serviceaccounts').create(account);
  }
  const authority = await CertificateAuthority.open({ dir, clock });
  const issue = async (commonName: string, organizations: string[], usages: ('client' | 'server')[]): Promise<ClientIdentity> => {
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { pem } = await authority.issue(keys.publicKey.export({ type: 'spki', format: 'der' }), {
      commonName,
      organizations,
      usages,
      ipAddresses: usages.includes('server') ? ['127.0.0.1'] : [],
      lifetimeMs: day,
    });
    return { certificatePem: pem, privateKeyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  };
  const metrics = new Registry();
  const server = await startApi({
    resources,
    tls: await issue('apiserver', [], ['server']),
    clientCa: authority.certificatePem,
    bindAddresses: ['127.0.0.1'],
    port: 0,
    clock,
    log,
    metrics,
    ...apiOptions,
  });
  const url = `https://127.0.0.1:${server.port}`;
  const admin = await issue('kubernetes-admin', ['system:masters'], ['client']);
  let configs = 0;
  return {
    server,
    resources,
    store,
    metrics,
    dir,
    caPem: authority.certificatePem,
    admin,
    url,
    issueClient: (commonName, organizations = []) => issue(commonName, organizations, ['client']),
    kubeconfig: async (client = admin) => {
      configs += 1;
      const path = join(dir, `kubeconfig-${configs}`);
      await writeFile(path, renderKubeconfig({ server: url, caPem: authority.certificatePem, ...client }), { mode: 0o600 });
      return path;
    },
    close: async () => {
      await server.close(1_000);
      await store.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
