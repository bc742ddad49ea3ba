import { setMaxListeners } from 'node:events';
import { systemClock } from '../lib/clock/clock.js';
import { createMetrics, startHealthServer } from '../lib/lifecycle/health-server.js';
import { runProcess } from '../lib/lifecycle/run-process.js';
import { claimStateDirectory } from '../lib/lifecycle/state-directory.js';
import { supervise } from '../lib/lifecycle/supervise.js';
import { createLogger, type Logger } from '../lib/log/logger.js';
import { boundConnecting } from '../lib/net/bound-connecting.js';
import { agentTasks } from './agent-tasks.js';
import { cleanup } from './cleanup.js';
import { type CleanupConfig, createCommand, type FakeNodesConfig, type KubeletAgentConfig } from './config.js';
import { KubeletAgent } from './kubelet-agent.js';
import { mountRunner } from './volumes/mount-runner.js';

const clock = systemClock;
// Loaded where there is an engine: its client takes a tenth of a second that fake nodes do without.
const dockerRuntime = () => import('./runtime/docker/docker-runtime.js');
/** Every container of the node listens for the agent's end, and that is no leak. */
setMaxListeners(0);

void createCommand({ run: runAgent, runFake: runFakeNodes, cleanup: runCleanup }).parseAsync();

async function runAgent(config: KubeletAgentConfig): Promise<void> {
  const log = createLogger({ component: 'kubelet-agent', level: config.logLevel }).child({ node: config.nodeName });
  await runProcess((signal) => serve(config, log, signal), { log });
}

async function serve(config: KubeletAgentConfig, log: Logger, signal: AbortSignal): Promise<void> {
  const { nodeName, server, stateDir, dockerHost } = config;
  await claimStateDirectory(stateDir);
  boundConnecting({ port: Number(server.split(':').at(-1)), clock });
  const metrics = createMetrics('kubelet-agent');
  const { DockerRuntime } = await dockerRuntime();
  const createRuntime = (clusterId: string) => DockerRuntime.create({ dockerHost, clusterId, nodeName, clock, log });
  const engine = await createRuntime('');
  const agent = new KubeletAgent({ config, engine, createRuntime, mounts: mountRunner, metrics, clock, log });
  const { tasks, readiness } = agentTasks(agent, config, { clock, log });
  const ready = [...readiness, ...agent.readiness];
  const health = await startHealthServer({ host: '127.0.0.1', port: config.healthPort, ready, metrics });
  log.info('kubelet agent started', { server, stateDir, healthPort: health.port });
  await agent.restore();
  await supervise(tasks, { signal, log });
  await health.close();
}

async function runFakeNodes(config: FakeNodesConfig): Promise<void> {
  const log = createLogger({ component: 'kubelet-agent', level: config.logLevel });
  const { serveFakeNodes } = await import('./fake-nodes/serve-fake-nodes.js');
  await runProcess((signal) => serveFakeNodes(config, clock, log, signal), { log });
}

async function runCleanup(config: CleanupConfig): Promise<void> {
  const { nodeName, stateDir, clusterId, keepIdentity, dockerHost, logLevel } = config;
  const log = createLogger({ component: 'kubelet-agent', level: logLevel }).child({ node: nodeName });
  const { DockerRuntime } = await dockerRuntime();
  const createRuntime = (id: string) => DockerRuntime.create({ dockerHost, clusterId: id, nodeName, clock, log });
  await runProcess(() => cleanup({ stateDir, clusterId, keepIdentity, createRuntime, mounts: mountRunner, log }), { log });
}
