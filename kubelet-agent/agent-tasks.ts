import type { Clock } from '../lib/clock/clock.js';
import { type AgentIdentity, nodePlaneChannelOptions } from '../lib/identity/agent-identity.js';
import { createIdentityHolder } from '../lib/identity/create-identity-holder.js';
import { identityDirectory } from '../lib/identity/identity-file.js';
import type { HealthCheck } from '../lib/lifecycle/health-server.js';
import type { Task } from '../lib/lifecycle/supervise.js';
import type { Logger } from '../lib/log/logger.js';
import { NodeServiceClient } from '../proto/gen/longshore/node/v1/node.js';
import { StreamServiceClient } from '../proto/gen/longshore/streams/v1/streams.js';
import type { KubeletAgentConfig } from './config.js';
import type { KubeletAgent } from './kubelet-agent.js';

/** What users move never queues in front of heartbeats, and outlasts a moment in which a machine is busy. */
const ownConnection = {
  ...nodePlaneChannelOptions,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.keepalive_timeout_ms': 8_000,
};

/** What an agent does all its life: its pods, and a session with the control plane under a valid certificate. */
export function agentTasks(
  agent: KubeletAgent,
  config: KubeletAgentConfig,
  { clock, log }: { clock: Clock; log: Logger },
): { tasks: Task[]; readiness: HealthCheck[] } {
  const { server, nodeName, token, tokenFile, stateDir } = config;
  const holder = createIdentityHolder({
    ...{ dir: identityDirectory(stateDir), server, nodeName, role: 'kubelet', token, tokenFile },
    clock,
    log,
  });
  const followControlPlane = async (held: AgentIdentity, ended: AbortSignal): Promise<void> => {
    const client = new NodeServiceClient(server, held.credentials(), nodePlaneChannelOptions);
    const streams = new StreamServiceClient(server, held.credentials(), ownConnection);
    try {
      await agent.runSession(client, streams, ended);
    } finally {
      client.close();
      streams.close();
    }
  };
  return {
    tasks: [
      { name: 'pods', run: (stop) => agent.run(stop) },
      { name: 'session', run: (stop) => holder.run(followControlPlane, stop) },
    ],
    readiness: [{ name: 'certificate', check: () => holder.problem }],
  };
}
