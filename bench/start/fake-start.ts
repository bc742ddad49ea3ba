import { systemClock } from '../../lib/clock/clock.js';
import { startCluster } from '../../testing/index.js';
import type { Start } from './docker-start.js';
import { readMemory } from './process-memory.js';

/** From the harness' startCluster until its three nodes are Ready, with the start of its processes. */
export async function measureFakeStart(): Promise<Start> {
  const startedMs = systemClock.monotonic();
  await using cluster = await startCluster({ runtime: 'fake', nodes: 3 });
  return { ms: systemClock.monotonic() - startedMs, memory: await readMemory(cluster.dir) };
}
