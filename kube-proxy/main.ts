import { join } from 'node:path';

import { systemClock } from '../lib/clock/clock.js';
import { callUnary } from '../lib/grpc/client.js';
import { nodePlaneChannelOptions } from '../lib/identity/agent-identity.js';
import { ensureIdentity, type IdentityOptions } from '../lib/identity/ensure-identity.js';
import { keepIdentityFresh } from '../lib/identity/keep-identity-fresh.js';
import { readJoinToken } from '../lib/identity/read-join-token.js';
import { createMetrics, startHealthServer } from '../lib/lifecycle/health-server.js';
import { runProcess } from '../lib/lifecycle/run-process.js';
import { supervise, type Task } from '../lib/lifecycle/supervise.js';
import { createLogger, type Logger } from '../lib/log/logger.js';
import { RoutingServiceClient } from '../proto/gen/longshore/routing/v1/routing.js';
import { BridgeRules } from './bridge-rules/bridge-rules.js';
import { IptablesRunner } from './bridge-rules/iptables-runner.js';
import { cleanup } from './cleanup.js';
import { createCommand, type CleanupConfig, type KubeProxyConfig } from './config.js';
import { KubeProxy, tableFilePath } from './kube-proxy.js';
import { createKubeProxyMetrics } from './metrics.js';
import { IpRouteRunner } from './node-routes/ip-route-runner.js';
import { NodeRoutes } from './node-routes/node-routes.js';
import { tableName } from './nftables/names.js';
import { NftRunner } from './nftables/nft-runner.js';
import { RouteAssembler } from './routes/route-assembler.js';
import { TableFile } from './routes/table-file.js';
import { AppliedReporter } from './session/applied-reporter.js';
import { RouteSession } from './session/route-session.js';

const clock = systemClock;

await createCommand({ run: runKubeProxy, cleanup: runCleanup }).parseAsync();

async function runKubeProxy(config: KubeProxyConfig): Promise<void> {
  const log = createLogger({ component: 'kube-proxy', level: config.logLevel }).child({ node: config.nodeName });
  await runProcess((signal) => serve(config, log, signal), { log });
}

async function serve(config: KubeProxyConfig, log: Logger, signal: AbortSignal): Promise<void> {
  const { nodeName, server, stateDir, sharedHost } = config;
  const registry = createMetrics('kube-proxy');
  let reporter: AppliedReporter | undefined;
  const proxy = new KubeProxy({
    nodeName,
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
  log.info('kube-proxy started', { server, sharedHost, healthPort: health.port });
  const restored = await proxy.restore();

  const follow: Task = {
    name: 'session',
    run: async (ended) => {
      const identityOptions: IdentityOptions = {
        dir: join(stateDir, 'pki'),
        server,
        ...(await readJoinToken(config)),
        nodeName,
        role: 'kube-proxy',
        clock,
        log,
        signal: ended,
      };
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
  const log = createLogger({ component: 'kube-proxy', level: config.logLevel }).child({ node: config.nodeName });
  const table = tableName(config.nodeName);
  await runProcess(
    () =>
      cleanup({
        table,
        nft: new NftRunner(),
        bridgeRules: new BridgeRules({ chain: new IptablesRunner(), owner: table, clock, log }),
        nodeRoutes: config.sharedHost
          ? undefined
          : new NodeRoutes({ routes: new IpRouteRunner(), nodeName: config.nodeName, clock, log }),
        tableFile: new TableFile({ path: tableFilePath(config.stateDir), clock, log }),
        log,
      }),
    { log },
  );
}
