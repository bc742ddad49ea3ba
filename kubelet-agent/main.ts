import { setMaxListeners } from 'node:events';
import { systemClock } from '../lib/clock/clock.js';
import { type AgentIdentity, nodePlaneChannelOptions } from '../lib/identity/agent-identity.js';
import { createIdentityHolder } from '../lib/identity/create-identity-holder.js';
import { identityDirectory } from '../lib/identity/identity-file.js';
import { createMetrics, startHealthServer } from '../lib/lifecycle/health-server.js';
import { runProcess } from '../lib/lifecycle/run-process.js';
import { claimStateDirectory } from '../lib/lifecycle/state-directory.js';
import { supervise, type Task } from '../lib/lifecycle/supervise.js';
import { createLogger, type Logger } from '../lib/log/logger.js';
import { NodeServiceClient } from '../proto/gen/longshore/node/v1/node.js';
import { StreamServiceClient } from '../proto/gen/longshore/streams/v1/streams.js';
import { cleanup } from './cleanup.js';
import { type CleanupConfig, createCommand, type KubeletAgentConfig } from './config.js';
import { KubeletAgent } from './kubelet-agent.js';
import { DockerRuntime } from './runtime/docker/docker-runtime.js';
import { mountRunner } from './volumes/mount-runner.js';

const clock = systemClock;
/** Every container of the node listens for the agent's end, and that is no leak. */
setMaxListeners(0);

void createCommand({ run: runAgent, cleanup: runCleanup }).parseAsync();

async function runAgent(config: KubeletAgentConfig): Promise<void> {
  const log = createLogger({ component: 'kubelet-agent', level: config.logLevel }).child({ node: config.nodeName });
  await runProcess((signal) => serve(config, log, signal), { log });
}

async function serve(config: KubeletAgentConfig, log: Logger, signal: AbortSignal): Promise<void> {
  const { nodeName, server, stateDir, dockerHost } = config;
  await claimStateDirectory(stateDir);
  const metrics = createMetrics('kubelet-agent');
  const createRuntime = (clusterId: string) => DockerRuntime.create({ dockerHost, clusterId, nodeName, clock, log });
  const engine = await createRuntime('');
  const agent = new KubeletAgent({ config, engine, createRuntime, mounts: mountRunner, metrics, clock, log });
  const { token, tokenFile } = config;
  const holder = createIdentityHolder({
    ...{ dir: identityDirectory(stateDir), server, nodeName, role: 'kubelet', token, tokenFile },
    clock,
    log,
  });
  const ready = [{ name: 'certificate', check: () => holder.problem }, ...agent.readiness];
  const health = await startHealthServer({ host: '127.0.0.1', port: config.healthPort, ready, metrics });
  log.info('kubelet agent started', { server, stateDir, healthPort: health.port });
  await agent.restore();

  const followControlPlane = async (held: AgentIdentity, ended: AbortSignal): Promise<void> => {
    const client = new NodeServiceClient(server, held.credentials(), nodePlaneChannelOptions);
    const streams = new StreamServiceClient(server, held.credentials(), nodePlaneChannelOptions);
    try {
      await agent.runSession(client, streams, ended);
    } finally {
      client.close();
      streams.close();
    }
  };
  const tasks: Task[] = [
    { name: 'pods', run: (stop) => agent.run(stop) },
    { name: 'session', run: (stop) => holder.run(followControlPlane, stop) },
  ];
  await supervise(tasks, { signal, log });
  await health.close();
}

async function runCleanup(config: CleanupConfig): Promise<void> {
  const { nodeName, stateDir, clusterId, keepIdentity, dockerHost, logLevel } = config;
  const log = createLogger({ component: 'kubelet-agent', level: logLevel }).child({ node: nodeName });
  const createRuntime = (id: string) => DockerRuntime.create({ dockerHost, clusterId: id, nodeName, clock, log });
  await runProcess(() => cleanup({ stateDir, clusterId, keepIdentity, createRuntime, mounts: mountRunner, log }), { log });
}
