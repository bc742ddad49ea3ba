import { rm } from 'node:fs/promises';

import type { ProgressListener } from './progress-listener.js';
import { readCluster } from './cluster-file.js';
import { removeControlPlaneLink } from './control-plane-link.js';
import { layoutOf } from './layout.js';
import { runProgram, stopProcesses } from './process-runner.js';
import { computeProcessSpecs } from './process-specs.js';

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
  if (cluster) {
    const [, ...agents] = computeProcessSpecs(cluster, layout);
    for (const { name, component, node, stateDir, args } of agents) {
      progress.update(`removing what ${name} made`);
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
    }
    await removeControlPlaneLink(cluster);
    progress.done('containers, networks, kernel rules and routes removed');
  }
  if (!options.keepData) {
    await rm(layout.dir, { recursive: true, force: true });
    progress.done(`${layout.dir} removed`);
  }
}
