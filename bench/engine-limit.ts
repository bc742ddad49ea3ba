import type Docker from 'dockerode';

import { systemClock } from '../lib/clock/clock.js';
import { benchImage, sleepCommand } from './bench-image.js';

const width = 4;

/**
 * What the engine itself can do: `count` pairs of a sandbox with a network of its own and a
 * container that joins it, four pairs at a time, straight through the Docker API.
 * @returns ms until the last container runs
 */
export async function measureEngineLimit(docker: Docker, count: number): Promise<number> {
  const network = await docker.createNetwork({
    Name: 'longshore-bench',
    IPAM: { Driver: 'default', Config: [{ Subnet: '10.250.0.0/24' }] },
  });
  const made: Docker.Container[] = [];
  try {
    const startedMs = systemClock.monotonic();
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < count) {
        next++;
        const sandbox = await docker.createContainer({
          Image: benchImage,
          Cmd: sleepCommand,
          HostConfig: { NetworkMode: 'longshore-bench' },
        });
        made.push(sandbox);
        await sandbox.start();
        const container = await docker.createContainer({
          Image: benchImage,
          Cmd: sleepCommand,
          HostConfig: { NetworkMode: `container:${sandbox.id}` },
        });
        made.push(container);
        await container.start();
      }
    };
    await Promise.all(Array.from({ length: width }, worker));
    return systemClock.monotonic() - startedMs;
  } finally {
    await removeAll(made);
    await network.remove();
  }
}

async function removeAll(containers: Docker.Container[]): Promise<void> {
  const queue = containers.reverse();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let container = queue.shift(); container; container = queue.shift()) await container.remove({ force: true });
    }),
  );
}
