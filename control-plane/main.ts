import { join } from 'node:path';

import { systemClock } from '../lib/clock/clock.js';
import { nodePlaneServerName } from '../lib/identity/agent-identity.js';
import { createMetrics, startHealthServer } from '../lib/lifecycle/health-server.js';
import { runProcess } from '../lib/lifecycle/run-process.js';
import { supervise } from '../lib/lifecycle/supervise.js';
import { createLogger, type Logger } from '../lib/log/logger.js';
import { addressAt } from '../lib/net/cidr.js';
import { startApi } from './api/server.js';
import { type ControlPlaneConfig, createCommand } from './config.js';
import { createControllers } from './controllers/all-controllers.js';
import { NodePlane } from './node-plane/node-plane.js';
import { ensureAdminKubeconfig } from './pki/admin-kubeconfig.js';
import { CertificateAuthority } from './pki/certificate-authority.js';
import { ServiceAccountTokens } from './pki/service-account-tokens.js';
import { ServingCertificate } from './pki/serving-certificate.js';
import { Readiness } from './readiness.js';
import { bootstrapCluster } from './resources/bootstrap.js';
import { EventRecorder } from './resources/event-recorder.js';
import { Resources } from './resources/resources.js';
import { Scheduler } from './scheduler/scheduler.js';
import { openStore } from './store/open-store.js';
import { createToken, listTokens, revokeToken } from './token/token-commands.js';

const clock = systemClock;
const nodePorts = { first: 30_000, last: 32_767 };
/** A node is lost after this many heartbeats in a row are missing. */
const missedHeartbeats = 4;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

try {
  await createCommand({
    run: async (config) => {
      const log = createLogger({ component: 'control-plane', level: config.logLevel });
      await runProcess((signal) => serve(config, log, signal), { log });
    },
    createToken: async (config) => {
      print(await createToken(config, clock));
    },
    listTokens: async (config) => {
      print(await listTokens(config));
    },
    revokeToken,
  }).parseAsync();
} catch (thrown) {
  process.stderr.write(`control-plane: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
}

/** Everything from the store up, until `signal` aborts; then down again in the other order. */
async function serve(config: ControlPlaneConfig, log: Logger, signal: AbortSignal): Promise<void> {
  const metrics = createMetrics('control-plane');
  const readiness = new Readiness(['store', 'informers', 'api', 'node-plane']);
  // The store first: it is what refuses a second control plane on the same data.
  const store = await openStore({ driver: config.store, path: join(config.dataDir, 'store'), clock, log });
  readiness.done('store');
  const pki = await openPki(config, log);
  const health = await startHealthServer({ host: '127.0.0.1', port: config.healthPort, ready: readiness.checks, metrics });
  const { serviceCidr, clusterDns } = config;
  const resources = new Resources({ store, clock, log, settings: { serviceCidr, nodePorts: [nodePorts.first, nodePorts.last] } });
  const recorder = new EventRecorder({ events: resources.client('events'), clock, log });
  const nodePlane = createNodePlane(config, { ...pki, resources, recorder, log });
  const controllers = createControllers({
    resources,
    recorder,
    clock,
    log,
    metrics,
    config: { caPem: pki.authority.certificatePem, nodeGraceMs: missedHeartbeats * config.heartbeatPeriodMs },
  });
  const scheduler = new Scheduler({
    clock,
    log,
    pods: { client: resources.client('pods'), informer: resources.informer('pods') },
    nodes: { informer: resources.informer('nodes') },
    events: recorder,
  });

  const serveClients = async (stop: AbortSignal): Promise<void> => {
    const advertiseAddress = config.advertiseAddress ?? config.bindAddress[0] ?? '127.0.0.1';
    await bootstrapCluster({ resources, log, advertiseAddress, apiPort: config.port, serviceCidr, clusterDns });
    await nodePlane.start();
    readiness.done('node-plane');
    const api = await startApi({
      resources,
      tls: pki.apiCertificate.current,
      clientCa: pki.authority.certificatePem,
      bindAddresses: config.bindAddress,
      port: config.port,
      clock,
      log,
      metrics,
      tokenVerifier: tokenVerifier(pki.tokens, resources),
      podLogs: nodePlane.logs,
      healthChecks: readiness.checks,
    });
    pki.apiCertificate.onChange((material) => {
      api.replaceCertificate(material);
    });
    await ensureAdminKubeconfig({
      path: join(config.dataDir, 'admin.kubeconfig'),
      keyPath: join(config.dataDir, 'pki', 'admin.key'),
      server: `https://${kubeconfigHost(config)}:${api.port}`,
      authority: pki.authority,
      clock,
    });
    readiness.done('api');
    await nodePlane.synced(stop);
    readiness.done('informers');
    log.info('control plane is ready', { apiPort: api.port, nodePlanePort: nodePlane.port, healthPort: health.port });
    await aborted(stop);
    await Promise.all([api.close(), nodePlane.stop()]);
  };

  try {
    await supervise(
      [
        { name: 'informers', run: (stop) => resources.run(stop) },
        { name: 'events', run: (stop) => recorder.run(stop) },
        { name: 'clients', run: serveClients },
        { name: 'scheduler', run: (stop) => scheduler.run(stop) },
        { name: 'api-certificate', run: (stop) => pki.apiCertificate.run(stop) },
        { name: 'node-plane-certificate', run: (stop) => pki.nodePlaneCertificate.run(stop) },
        ...controllers,
      ],
      { signal, log },
    );
  } finally {
    await recorder.flush();
    await health.close();
    await store.close();
  }
}

interface Pki {
  authority: CertificateAuthority;
  tokens: ServiceAccountTokens;
  apiCertificate: ServingCertificate;
  nodePlaneCertificate: ServingCertificate;
}

async function openPki(config: ControlPlaneConfig, log: Logger): Promise<Pki> {
  const dir = join(config.dataDir, 'pki');
  const authority = await CertificateAuthority.open({ dir, clock });
  const addresses = [...new Set([...config.bindAddress, config.advertiseAddress ?? '127.0.0.1', '127.0.0.1'])];
  const ipAddresses = addresses.filter((address) => address !== '0.0.0.0');
  const inCluster = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    `kubernetes.default.svc.${config.clusterDomain}`,
  ];
  const apiCertificate = new ServingCertificate({
    dir,
    name: 'apiserver',
    authority,
    dnsNames: ['localhost', ...inCluster],
    ipAddresses: [...ipAddresses, addressAt(config.serviceCidr, 1)],
    clock,
    log,
  });
  const nodePlaneCertificate = new ServingCertificate({
    dir,
    name: 'node-plane',
    authority,
    dnsNames: [nodePlaneServerName, 'localhost'],
    ipAddresses,
    clock,
    log,
  });
  const [tokens] = await Promise.all([
    ServiceAccountTokens.open({ path: join(dir, 'service-account.key'), clock }),
    apiCertificate.ensure(),
    nodePlaneCertificate.ensure(),
  ]);
  return { authority, tokens, apiCertificate, nodePlaneCertificate };
}

function createNodePlane(
  config: ControlPlaneConfig,
  parts: Pki & { resources: Resources; recorder: EventRecorder; log: Logger },
): NodePlane {
  const { clusterCidr, nodeCidrMaskSize, serviceCidr, clusterDns, clusterDomain, heartbeatPeriodMs } = config;
  const { authority, nodePlaneCertificate: certificate, tokens, resources, recorder, log } = parts;
  return new NodePlane({
    resources,
    recorder,
    settings: {
      clusterId: authority.clusterId,
      clusterCidr,
      nodeCidrMaskSize,
      serviceCidr,
      clusterDns,
      clusterDomain,
      heartbeatPeriodMs,
      leaseDurationSeconds: Math.ceil((missedHeartbeats * heartbeatPeriodMs) / 1_000),
      nodePorts,
    },
    authority,
    certificate,
    tokens,
    hosts: config.bindAddress,
    port: config.nodePlanePort,
    clock,
    log,
  });
}

/** Service-account tokens count while their service account and pod exist. */
function tokenVerifier(tokens: ServiceAccountTokens, resources: Resources) {
  const uidOf = async (key: 'serviceaccounts' | 'pods', namespace: string, name: string): Promise<string | undefined> =>
    (await resources.client(key).get(namespace, name))?.metadata.uid;
  return {
    verify: (token: string) =>
      tokens.verify(token, {
        serviceAccountUid: (namespace, name) => uidOf('serviceaccounts', namespace, name),
        podUid: (namespace, name) => uidOf('pods', namespace, name),
      }),
  };
}

/** Where the administrator reaches the API from this machine. */
function kubeconfigHost({ bindAddress: [first = '127.0.0.1'] }: ControlPlaneConfig): string {
  return first === '0.0.0.0' ? '127.0.0.1' : first;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
  });
}
