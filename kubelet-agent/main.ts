import { mkdir } from 'node:fs/promises';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';

import { systemClock } from '../lib/clock/clock.js';
import { nodePlaneChannelOptions } from '../lib/identity/agent-identity.js';
import { ensureIdentity } from '../lib/identity/ensure-identity.js';
import { keepIdentityFresh } from '../lib/identity/keep-identity-fresh.js';
import { readJoinToken } from '../lib/identity/read-join-token.js';
import { createMetrics, startHealthServer } from '../lib/lifecycle/health-server.js';
import { runProcess } from '../lib/lifecycle/run-process.js';
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

await createCommand({ run: runAgent, cleanup: runCleanup }).parseAsync();

async function runAgent(config: KubeletAgentConfig): Promise<void> {
  const log = createLogger({ component: 'kubelet-agent', level: config.logLevel }).child({ node: config.nodeName });
  await runProcess((signal) => serve(config, log, signal), { log });
}

async function serve(config: KubeletAgentConfig, log: Logger, signal: AbortSignal): Promise<void> {
  const { nodeName, server, stateDir, dockerHost } = config;
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const metrics = createMetrics('kubelet-agent');
  const createRuntime = (clusterId: string) => DockerRuntime.create({ dockerHost, clusterId, nodeName, clock, log });
  const engine = await createRuntime('');
  const agent = new KubeletAgent({ config, engine, createRuntime, mounts: mountRunner, metrics, clock, log });
  const health = await startHealthServer({ host: '127.0.0.1', port: config.healthPort, ready: agent.readiness, metrics });
  log.info('kubelet agent started', { server, stateDir, healthPort: health.port });
  await agent.restore();

  const session: Task = {
    name: 'session',
    run: async (ended) => {
      const options = { dir: join(stateDir, 'pki'), server, nodeName, role: 'kubelet' as const, clock, log };
      const identity = await ensureIdentity({ ...options, ...(await readJoinToken(config)), signal: ended });
      const client = new NodeServiceClient(server, identity.credentials(), nodePlaneChannelOptions);
      const streams = new StreamServiceClient(server, identity.credentials(), nodePlaneChannelOptions);
      try {
        await supervise(
          [
            { name: 'node-session', run: (stop) => agent.runSession(client, streams, stop) },
            { name: 'identity', run: (stop) => keepIdentityFresh({ ...options, identity, signal: stop }) },
          ],
          { signal: ended, log },
        );
      } finally {
        client.close();
        streams.close();
      }
    },
  };
  await supervise([{ name: 'pods', run: (stop) => agent.run(stop) }, session], { signal, log });
  await health.close();
}

async function runCleanup(config: CleanupConfig): Promise<void> {
  const { nodeName, stateDir, clusterId, dockerHost, logLevel } = config;
  const log = createLogger({ component: 'kubelet-agent', level: logLevel }).child({ node: nodeName });
  const createRuntime = (id: string) => DockerRuntime.create({ dockerHost, clusterId: id, nodeName, clock, log });
  await runProcess(() => cleanup({ stateDir, clusterId, createRuntime, mounts: mountRunner, log }), { log });
}
