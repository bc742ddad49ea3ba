import { rm } from 'node:fs/promises';

import type { ProgressListener } from './progress-listener.js';
import { removePartitions } from './partition.js';
import { readCluster } from './cluster-file.js';
import { removeControlPlaneLink } from './control-plane-link.js';
import { layoutOf } from './layout.js';
import { runProgram, stopProcesses } from './process-runner.js';
import { type AgentSpec, computeProcessSpecs } from './process-specs.js';

/**
 * Takes a local cluster off this host: processes, containers, networks, kernel rules and
 * routes, then its folder. Safe to repeat, and to run after a crash.
 */
export async function takeDown(options: { dir: string; keepData: boolean }, progress: ProgressListener): Promise<void> {
  const layout = layoutOf(options.dir);
  progress.update('stopping processes');
  const stopped = await stopProcesses(layout.dir, 10_000);
  progress.done(`${stopped} processes stopped`);

  const cluster = await readCluster(layout);
  if (cluster && cluster.runtime !== 'fake') {
    await removePartitions(cluster);
    const [, ...agents] = computeProcessSpecs(cluster, layout);
    progress.update('removing what the agents made');
    const cleanUp = async ({ component, node, stateDir, args }: AgentSpec): Promise<void> => {
      const keep = component === 'kubelet-agent' && options.keepData ? ['--keep-identity'] : [];
      const shared = component === 'kube-proxy' ? ['--shared-host'] : [];
      await runProgram(process.execPath, [
        args[0] ?? '',
        'cleanup',
        '--state-dir',
        stateDir,
        '--node-name',
        node,
        ...keep,
        ...shared,
      ]);
    };
    await Promise.all(agents.map(cleanUp));
    await removeControlPlaneLink(cluster);
    progress.done('containers, networks, kernel rules and routes removed');
  }
  if (!options.keepData) {
    await rm(layout.dir, { recursive: true, force: true });
    progress.done(`${layout.dir} removed`);
  }
}
