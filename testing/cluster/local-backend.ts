import { LongshoreError } from '../../lib/errors/errors.js';
import { certificateHash, clusterIdOf } from '../../lib/identity/join-token.js';
import { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { readKubeconfig } from '../../lib/kubernetes-client/kubeconfig.js';
import type { Cluster } from '../../lib/local-cluster/cluster-file.js';
import { DockerNodeFaults } from '../../lib/local-cluster/docker-node-faults.js';
import { takeDown } from '../../lib/local-cluster/down.js';
import { FakeNodeFaults } from '../../lib/local-cluster/fake-node-faults.js';
import { layoutOf, type Layout } from '../../lib/local-cluster/layout.js';
import type { NodeFaults } from '../../lib/local-cluster/node-faults.js';
import { ClusterProcesses } from '../../lib/local-cluster/processes.js';
import type { ProgressListener } from '../../lib/local-cluster/progress-listener.js';
import { bringUp } from '../../lib/local-cluster/up.js';
import { readTails } from '../evidence/read-tails.js';
import { claimSlot, type Slot } from '../slots/slot.js';
import { startReaper } from '../slots/reaper-runner.js';
import { sweepSlots } from '../slots/sweep.js';
import type { Backend } from './backend.js';

const silent: ProgressListener = { update: () => undefined, done: () => undefined };

/**
 * A cluster of its own on this host, with addresses and ports that no other test run has. It
 * goes with this process, however that ends: a reaper takes it down.
 */
export async function startLocalCluster(options: {
  runtime: 'docker' | 'fake';
  nodes: number;
  timeoutMs: number;
}): Promise<Backend> {
  await sweepSlots();
  const slot = await claimSlot(options.runtime, options.nodes);
  const reaper = await startReaper(slot);
  const remove = async (): Promise<void> => {
    await takeDown({ dir: slot.clusterDir, keepData: false }, silent);
    await slot.release();
    reaper.dismiss();
  };
  try {
    const { runtime, nodes, timeoutMs } = options;
    const cluster = await bringUp({ dir: slot.clusterDir, runtime, nodes, timeoutMs, ...slot.addresses }, silent);
    return await backendOf(cluster, layoutOf(slot.clusterDir), remove);
  } catch (thrown) {
    const error = LongshoreError.from(thrown);
    const logs = await keepLogs(slot);
    await remove();
    throw new LongshoreError(error.code, `the cluster did not start: ${error.message}${logs}`, { cause: thrown });
  }
}

async function backendOf(cluster: Cluster, layout: Layout, remove: () => Promise<void>): Promise<Backend> {
  const access = await readKubeconfig(layout.kubeconfig);
  const client = new ApiClient(access);
  const processes = new ClusterProcesses(cluster, layout);
  const clusterId = clusterIdOf(certificateHash(access.ca ?? ''));
  const faultsOf = (node: string): NodeFaults =>
    cluster.runtime === 'fake'
      ? new FakeNodeFaults({ socket: layout.fakeControl, node })
      : new DockerNodeFaults({ cluster, clusterId, node, processes, client });
  return {
    kubeconfig: layout.kubeconfig,
    nodes: cluster.nodes,
    local: { cluster, layout, processes, faultsOf },
    stop: async () => {
      client.close();
      await remove();
    },
  };
}

/** The ends of the processes' logs, as the folder goes with the cluster. */
async function keepLogs({ clusterDir }: Slot): Promise<string> {
  const tails = await readTails(layoutOf(clusterDir).logs, 2_000);
  return tails.map(({ name, text }) => `\n--- ${name}\n${text.trim()}`).join('');
}
