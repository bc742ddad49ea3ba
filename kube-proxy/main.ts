import { join } from 'node:path';

import { systemClock } from '../lib/clock/clock.js';
import { callUnary } from '../lib/grpc/client.js';
import { nodePlaneChannelOptions } from '../lib/identity/agent-identity.js';
import { ensureIdentity, type IdentityOptions } from '../lib/identity/ensure-identity.js';
import { keepIdentityFresh } from '../lib/identity/keep-identity-fresh.js';
import { knownClusterId } from '../lib/identity/known-cluster-id.js';
import { readJoinToken } from '../lib/identity/read-join-token.js';
import { createMetrics, startHealthServer } from '../lib/lifecycle/health-server.js';
import { runProcess } from '../lib/lifecycle/run-process.js';
import { supervise, type Task } from '../lib/lifecycle/supervise.js';
import { createLogger, type Logger } from '../lib/log/logger.js';
import { RoutingServiceClient } from '../proto/gen/longshore/routing/v1/routing.js';
import { cleanup, takeName, type CleanupOptions } from './cleanup.js';
import { createCommand, type CleanupConfig, type KubeProxyConfig } from './config.js';
import { KubeProxy, tableFilePath } from './kube-proxy.js';
import { createKubeProxyMetrics } from './metrics.js';
import { tableName } from './nftables/names.js';
import { TableNameFile } from './nftables/table-name-file.js';
import { RouteAssembler } from './routes/route-assembler.js';
import { TableFile } from './routes/table-file.js';
import { AppliedReporter } from './session/applied-reporter.js';
import { RouteSession } from './session/route-session.js';

const clock = systemClock;

await createCommand({ run: runKubeProxy, cleanup: runCleanup }).parseAsync();

async function runKubeProxy(config: KubeProxyConfig): Promise<void> {
  const log = loggerOf(config);
  await runProcess((signal) => serve(config, log, signal), { log });
}

async function serve(config: KubeProxyConfig, log: Logger, signal: AbortSignal): Promise<void> {
  const { nodeName, server, stateDir, sharedHost } = config;
  const agent = { dir: join(stateDir, 'pki'), role: 'kube-proxy' as const, ...(await readJoinToken(config)) };
  const table = tableName(await knownClusterId(agent), nodeName);
  await takeName(table, cleanupOptions(config, log));
  const registry = createMetrics('kube-proxy');
  let reporter: AppliedReporter | undefined;
  const proxy = new KubeProxy({
    nodeName,
    table,
    stateDir,
    sharedHost,
    metrics: createKubeProxyMetrics(registry),
    onSync: ({ revision, error }) => reporter?.report({ revision, error: error?.message ?? '' }),
    clock,
    log,
  });
  const health = await startHealthServer({
    host: '127.0.0.1',
    port: config.healthPort,
    ready: proxy.readiness,
    metrics: registry,
  });
  log.info('kube-proxy started', { server, sharedHost, table, healthPort: health.port });
  const restored = await proxy.restore();

  const follow: Task = {
    name: 'session',
    run: async (ended) => {
      const identityOptions: IdentityOptions = { ...agent, server, nodeName, clock, log, signal: ended };
      const identity = await ensureIdentity(identityOptions);
      const client = new RoutingServiceClient(server, identity.credentials(), nodePlaneChannelOptions);
      reporter = new AppliedReporter({
        send: async (applied, cancelled) => {
          await callUnary(client.reportApplied.bind(client), { nodeName, ...applied }, { signal: cancelled });
        },
        clock,
        log,
      });
      const assembler = new RouteAssembler({ initial: restored, log });
      const session = new RouteSession({ client, nodeName, assembler, onTable: (table) => proxy.setTable(table), clock, log });
      const reporting = reporter;
      await supervise(
        [
          { name: 'route-session', run: (stop) => session.run(stop) },
          { name: 'applied-reporter', run: (stop) => reporting.run(stop) },
          { name: 'identity', run: (stop) => keepIdentityFresh({ ...identityOptions, identity, signal: stop }) },
        ],
        { signal: ended, log },
      );
      client.close();
    },
  };

  await supervise([...proxy.tasks(), follow], { signal, log });
  await health.close();
}

async function runCleanup(config: CleanupConfig): Promise<void> {
  const log = loggerOf(config);
  await runProcess(() => cleanup(cleanupOptions(config, log)), { log });
}

function loggerOf({ nodeName, logLevel }: CleanupConfig): Logger {
  return createLogger({ component: 'kube-proxy', level: logLevel }).child({ node: nodeName });
}

function cleanupOptions({ nodeName, stateDir, sharedHost }: CleanupConfig, log: Logger): CleanupOptions {
  const tableFile = new TableFile({ path: tableFilePath(stateDir), clock, log });
  return { nodeName, sharedHost, tableNameFile: new TableNameFile({ stateDir }), tableFile, clock, log };
}
