import { setMaxListeners } from 'node:events';

import { waitForAbort } from '../../lib/async/signals.js';
import type { Clock } from '../../lib/clock/clock.js';
import { createMetrics, startHealthServer } from '../../lib/lifecycle/health-server.js';
import { supervise } from '../../lib/lifecycle/supervise.js';
import type { Logger } from '../../lib/log/logger.js';
import type { FakeNodesConfig } from '../config.js';
import { serveControl } from './control-server.js';
import { FakeNode } from './fake-node.js';

/** Every node of a fake cluster in one process, until `signal` aborts. */
export async function serveFakeNodes(config: FakeNodesConfig, clock: Clock, log: Logger, signal: AbortSignal): Promise<void> {
  let onBroken: (thrown: unknown) => void = () => undefined;
  const broken = new Promise<never>((_resolve, reject) => {
    onBroken = reject;
  });
  setMaxListeners(0, signal);
  const names = Array.from({ length: config.nodes }, (_, index) => `node-${index + 1}`);
  const nodes = await Promise.all(names.map((name) => FakeNode.create(name, { config, onBroken, clock, log })));
  const health = await startHealthServer({
    host: '127.0.0.1',
    port: config.healthPort,
    ready: nodes.map((node) => ({ name: node.name, check: () => node.problem() })),
    metrics: createMetrics('fake-nodes'),
  });
  const control = config.controlSocket === undefined ? undefined : await serveControl(config.controlSocket, nodes, signal);
  log.info('fake nodes started', { server: config.server, nodes: config.nodes, healthPort: health.port });
  await Promise.all(nodes.map((node) => node.start(signal)));
  try {
    const untilStopped = (stop: AbortSignal): Promise<void> => Promise.race([waitForAbort(stop), broken]);
    await supervise([{ name: 'nodes', run: untilStopped }], { signal, log });
  } finally {
    await Promise.all([...nodes.map((node) => node.close()), control?.close(), health.close()]);
  }
}
