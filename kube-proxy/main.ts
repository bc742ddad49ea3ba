import { systemClock } from '../lib/clock/clock.js';
import { callUnary } from '../lib/grpc/client.js';
import { type AgentIdentity, nodePlaneChannelOptions } from '../lib/identity/agent-identity.js';
import { createIdentityHolder } from '../lib/identity/create-identity-holder.js';
import { identityDirectory } from '../lib/identity/identity-file.js';
import { settleClusterId } from '../lib/identity/settle-cluster-id.js';
import { createMetrics, startHealthServer } from '../lib/lifecycle/health-server.js';
import { runProcess } from '../lib/lifecycle/run-process.js';
import { claimStateDirectory } from '../lib/lifecycle/state-directory.js';
import { supervise, type Task } from '../lib/lifecycle/supervise.js';
import { createLogger, type Logger } from '../lib/log/logger.js';
import { boundConnecting } from '../lib/net/bound-connecting.js';
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
import { KernelState } from './session/kernel-state.js';
import { RouteSession } from './session/route-session.js';

const clock = systemClock;

void createCommand({ run: runKubeProxy, cleanup: runCleanup }).parseAsync();

async function runKubeProxy(config: KubeProxyConfig): Promise<void> {
  const log = loggerOf(config);
  await runProcess((signal) => serve(config, log, signal), { log });
}

async function serve(config: KubeProxyConfig, log: Logger, signal: AbortSignal): Promise<void> {
  const { nodeName, server, stateDir, sharedHost } = config;
  await claimStateDirectory(stateDir);
  boundConnecting({ port: Number(server.split(':').at(-1)), clock });
  const { token, tokenFile } = config;
  const agent = { dir: identityDirectory(stateDir), server, nodeName, role: 'kube-proxy' as const, token, tokenFile, clock, log };
  const table = tableName(await settleClusterId(agent, signal), nodeName);
  await takeName(table, cleanupOptions(config, log));
  const registry = createMetrics('kube-proxy');
  const kernel = new KernelState({ hasRoutes: !sharedHost });
  const proxy = new KubeProxy({
    nodeName,
    table,
    stateDir,
    sharedHost,
    metrics: createKubeProxyMetrics(registry),
    onSync: ({ revision, error }) => kernel.synced(revision, error?.message ?? ''),
    onUnreachable: (nodes) => kernel.unreachable(nodes),
    clock,
    log,
  });
  const holder = createIdentityHolder(agent);
  const health = await startHealthServer({
    host: '127.0.0.1',
    port: config.healthPort,
    ready: [{ name: 'certificate', check: () => holder.problem }, ...proxy.readiness],
    metrics: registry,
  });
  log.info('kube-proxy started', { server, sharedHost, table, healthPort: health.port });
  const restored = await proxy.restore();

  const followRoutes = async (identity: AgentIdentity, ended: AbortSignal): Promise<void> => {
    const client = new RoutingServiceClient(server, identity.credentials(), nodePlaneChannelOptions);
    const reporting = new AppliedReporter({
      send: async (applied, cancelled) => {
        await callUnary(client.reportApplied.bind(client), { nodeName, ...applied }, { signal: cancelled });
      },
      clock,
      log,
    });
    kernel.listen((applied) => reporting.report(applied));
    const assembler = new RouteAssembler({ initial: restored, log });
    const session = new RouteSession({ client, nodeName, assembler, onTable: (table) => proxy.setTable(table), clock, log });
    const tasks: Task[] = [
      { name: 'route-session', run: (stop) => session.run(stop) },
      { name: 'applied-reporter', run: (stop) => reporting.run(stop) },
    ];
    try {
      await supervise(tasks, { signal: ended, log });
    } finally {
      client.close();
    }
  };

  await supervise([...proxy.tasks(), { name: 'session', run: (stop) => holder.run(followRoutes, stop) }], { signal, log });
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
