import Docker from 'dockerode';

import { renderMegabytes, renderTable } from '../cli/terminal/table.js';
import { ensureBenchImage } from './bench-image.js';
import { measureEngineLimit } from './engine-limit.js';
import { LongshoreCluster } from './longshore-cluster.js';
import { median, seconds } from './median.js';
import { measureSwarm } from './swarm.js';

const counts = [1, 10, 30];

/** Memory aims, resident, in bytes. */
const aims: Record<string, number> = { 'control-plane': 200e6, 'kubelet-agent': 110e6, 'kube-proxy': 90e6 };

/**
 * Time to Ready for 1, 10 and 30 pods: Longshore, the engine's own limit and Docker Swarm, in
 * one run on one engine, in turn, so that the ratios hold where the machine's speed drifts.
 * @param rounds how often each is measured; the median counts
 */
export async function benchPods(rounds: number): Promise<string> {
  const docker = new Docker();
  await ensureBenchImage(docker);
  const cluster = await LongshoreCluster.start();
  try {
    const idle = await cluster.processes();
    const rows: string[][] = [['PODS', 'LONGSHORE', 'ENGINE LIMIT', 'SWARM OVERLAY', 'LONGSHORE/ENGINE', 'LONGSHORE/SWARM']];
    for (const count of counts) {
      const longshore: number[] = [];
      const engine: number[] = [];
      const swarm: number[] = [];
      for (let round = 0; round < rounds; round++) {
        longshore.push(await cluster.measurePods(count));
        engine.push(await measureEngineLimit(docker, count));
        swarm.push(await measureSwarm(docker, count));
      }
      const [ours, limit, theirs] = [longshore, engine, swarm].map(median) as [number, number, number];
      rows.push([
        String(count),
        seconds(ours),
        seconds(limit),
        seconds(theirs),
        (ours / limit).toFixed(2),
        (ours / theirs).toFixed(2),
      ]);
    }
    const used = await cluster.processes();
    return [
      `time to Ready, median of ${rounds} (aim at 30: at most 1.30 of the engine's limit, below 1.00 of Swarm)`,
      renderTable(rows),
      '',
      `longshore up, from nothing to three nodes Ready: ${seconds(cluster.startMs)} (aim 5 s)`,
      '',
      renderTable([
        ['PROCESS', 'IDLE', 'AFTER THE RUN', 'AIM'],
        ...used.map(({ name, residentBytes }) => [
          name,
          renderMegabytes(idle.find((process) => process.name === name)?.residentBytes ?? 0),
          renderMegabytes(residentBytes),
          renderMegabytes(Object.entries(aims).find(([component]) => name.startsWith(component))?.[1] ?? 0),
        ]),
      ]),
    ].join('\n');
  } finally {
    await LongshoreCluster.stop();
  }
}
