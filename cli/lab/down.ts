import { rm } from 'node:fs/promises';

import type { ProgressListener } from '../../lib/local-cluster/progress-listener.js';
import { Compose } from './compose.js';
import { runCommand } from './docker-runner.js';
import { kubeconfigOf, readLab } from './lab.js';

/**
 * Removes the lab's containers and network and, unless `keepData`, its volumes and kubeconfig. The image stays.
 * Safe to repeat, whatever was broken.
 */
export async function takeLabDown(options: { project: string; keepData: boolean }, progress: ProgressListener): Promise<void> {
  const { project, keepData } = options;
  const compose = await Compose.find(project);
  const containers = await readLab(project);
  progress.update('removing the containers');
  for (const { id, state } of containers) if (state === 'paused') await runCommand(['docker', 'unpause', id]);
  // State that goes away anyway need not be brought to rest.
  await compose.run(keepData ? ['down'] : ['down', '--volumes', '--timeout', '0']);
  if (!keepData && containers.some(({ service }) => service === 'control-plane'))
    await rm(kubeconfigOf(containers), { force: true });
  progress.done(keepData ? 'containers removed; the next up carries on with their state' : 'containers and volumes removed');
}
