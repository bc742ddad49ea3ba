import { systemClock as clock } from '../../lib/clock/clock.js';
import { createLogger } from '../../lib/log/logger.js';
import { credentials } from '@grpc/grpc-js';
import { Registry } from 'prom-client';

import { KubeletAgent } from '../../kubelet-agent/kubelet-agent.js';
import { DockerRuntime } from '../../kubelet-agent/runtime/docker/docker-runtime.js';
import { mountRunner } from '../../kubelet-agent/volumes/mount-runner.js';
import { NodeServiceClient } from '../../proto/gen/longshore/node/v1/node.js';
import { StreamServiceClient } from '../../proto/gen/longshore/streams/v1/streams.js';

// A kubelet agent in a process of its own, to be killed, that talks to a node plane without
// certificates: kubelet-agent-process.ts <server> <node name> <state dir>
const [server = '', nodeName = '', stateDir = ''] = process.argv.slice(2);
const log = createLogger({ component: 'kubelet-agent', level: 'warn' });
const createRuntime = (clusterId: string) => DockerRuntime.create({ clusterId, nodeName, clock, log });
const agent = new KubeletAgent({
  config: {
    nodeName,
    server,
    token: undefined,
    tokenFile: undefined,
    stateDir,
    nodeIp: undefined,
    sharedHost: true,
    capacity: {},
    nodeLabels: {},
    registerWithTaints: [],
    dockerHost: undefined,
    healthPort: 0,
    logLevel: 'warn',
  },
  engine: await createRuntime(''),
  createRuntime,
  mounts: mountRunner,
  metrics: new Registry(),
  clock,
  log,
});
await agent.restore();
const options = { 'grpc.max_reconnect_backoff_ms': 500 };
const node = new NodeServiceClient(server, credentials.createInsecure(), options);
const streams = new StreamServiceClient(server, credentials.createInsecure(), options);
const { signal } = new AbortController();
await Promise.all([agent.run(signal), agent.runSession(node, streams, signal)]);
