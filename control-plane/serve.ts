import { join } from 'node:path';

import { waitForAbort } from '../lib/async/signals.js';
import { systemClock } from '../lib/clock/clock.js';
import { writeAddresses } from '../lib/control-plane-addresses/control-plane-addresses.js';
import { createMetrics, startHealthServer } from '../lib/lifecycle/health-server.js';
import { supervise } from '../lib/lifecycle/supervise.js';
import type { Logger } from '../lib/log/logger.js';
import { startApi } from './api/server.js';
import { refuseUnfinishedRestore } from './backup/data-directory.js';
import type { ControlPlaneConfig } from './config.js';
import { createControllers } from './controllers/all-controllers.js';
import { registerNodePlaneMetrics } from './node-plane/node-plane-metrics.js';
import { NodePlane } from './node-plane/node-plane.js';
import { ensureAdminKubeconfig } from './pki/admin-kubeconfig.js';
import { openPki } from './pki/open-pki.js';
import { Readiness } from './readiness.js';
import { bootstrapCluster } from './resources/bootstrap.js';
import { EventRecorder } from './resources/event-recorder.js';
import { Resources } from './resources/resources.js';
import { registerSchedulerMetrics } from './scheduler/scheduler-metrics.js';
import { Scheduler } from './scheduler/scheduler.js';
import * as settings from './settings.js';
import { openStore } from './store/open-store.js';
import { registerStoreMetrics } from './store/store-metrics.js';
import { boundTokenVerifier } from './token-verifier.js';

const clock = systemClock;

/** Everything from the store up, until `signal` aborts; then down again in the other order. */
export async function serve(config: ControlPlaneConfig, log: Logger, signal: AbortSignal): Promise<void> {
  const metrics = createMetrics('control-plane');
  const readiness = new Readiness(['store', 'informers', 'api', 'node-plane']);
  await refuseUnfinishedRestore(config.dataDir);
  // The store first: it is what refuses a second control plane on the same data.
  const store = await openStore({ driver: config.store, path: join(config.dataDir, 'store'), clock, log });
  readiness.done('store');
  const pki = await openPki({
    dir: join(config.dataDir, 'pki'),
    ...settings.certificateAddressesOf(config),
    clusterDomain: config.clusterDomain,
    clock,
    log,
  });
  const { authority, apiCertificate, nodePlaneCertificate, tokens } = pki;
  const health = await startHealthServer({ host: '127.0.0.1', port: config.healthPort, ready: readiness.checks, metrics });
  const { serviceCidr, clusterDns, defaultTolerationSeconds } = config;
  const { first, last } = settings.nodePorts;
  const resources = new Resources({
    store,
    clock,
    log,
    settings: { serviceCidr, nodePorts: [first, last], defaultTolerationSeconds },
  });
  const recorder = new EventRecorder({ events: resources.client('events'), clock, log });
  const nodePlane = new NodePlane({
    resources,
    recorder,
    settings: settings.clusterSettingsOf(config, authority.clusterId),
    authority,
    certificate: nodePlaneCertificate,
    tokens,
    hosts: config.bindAddress,
    port: config.nodePlanePort,
    clock,
    log,
  });
  const controllers = createControllers({
    resources,
    recorder,
    clock,
    log,
    metrics,
    config: { caPem: authority.certificatePem, nodeGraceMs: settings.nodeGraceMsOf(config) },
  });
  const scheduler = new Scheduler({
    clock,
    log,
    pods: { client: resources.client('pods'), informer: resources.informer('pods') },
    nodes: { informer: resources.informer('nodes') },
    events: recorder,
  });
  registerStoreMetrics(metrics, store);
  registerSchedulerMetrics(metrics, scheduler);
  registerNodePlaneMetrics(metrics, nodePlane);

  const serveClients = async (stop: AbortSignal): Promise<void> => {
    const advertiseAddress = settings.advertiseAddressOf(config);
    await bootstrapCluster({ resources, log, advertiseAddress, apiPort: config.port, serviceCidr, clusterDns });
    await nodePlane.start();
    readiness.done('node-plane');
    const api = await startApi({
      resources,
      tls: apiCertificate.current,
      clientCa: authority.certificatePem,
      bindAddresses: config.bindAddress,
      port: config.port,
      clock,
      log,
      metrics,
      tokenVerifier: boundTokenVerifier(tokens, resources),
      podLogs: nodePlane.logs,
      podStreams: nodePlane.podStreams,
      healthChecks: readiness.checks,
    });
    apiCertificate.onChange((material) => {
      api.replaceCertificate(material);
    });
    await ensureAdminKubeconfig({
      path: join(config.dataDir, 'admin.kubeconfig'),
      keyPath: join(config.dataDir, 'pki', 'admin.key'),
      server: `https://${settings.kubeconfigHostOf(config)}:${api.port}`,
      authority,
      clock,
    });
    await writeAddresses(config.dataDir, {
      api: `https://${advertiseAddress}:${api.port}`,
      nodePlane: `https://${advertiseAddress}:${nodePlane.port}`,
    });
    readiness.done('api');
    await nodePlane.synced(stop);
    readiness.done('informers');
    log.info('control plane is ready', { apiPort: api.port, nodePlanePort: nodePlane.port, healthPort: health.port });
    await waitForAbort(stop);
    await Promise.all([api.close(), nodePlane.stop()]);
  };

  try {
    await supervise(
      [
        { name: 'informers', run: (stop) => resources.run(stop) },
        { name: 'events', run: (stop) => recorder.run(stop) },
        { name: 'clients', run: serveClients },
        { name: 'node-plane', run: (stop) => nodePlane.run(stop) },
        { name: 'scheduler', run: (stop) => scheduler.run(stop) },
        { name: 'api-certificate', run: (stop) => apiCertificate.run(stop) },
        { name: 'node-plane-certificate', run: (stop) => nodePlaneCertificate.run(stop) },
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
