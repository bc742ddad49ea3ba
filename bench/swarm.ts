import type Docker from 'dockerode';

import { systemClock } from '../lib/clock/clock.js';
import { benchImage, sleepCommand } from './bench-image.js';

/**
 * Docker Swarm on the same engine: a service of `count` replicas on an overlay network.
 * @returns ms from the service's creation until all tasks run
 */
export async function measureSwarm(docker: Docker, count: number): Promise<number> {
  await docker.swarmInit({
    ListenAddr: '127.0.0.1:2377',
    AdvertiseAddr: '127.0.0.1',
    DefaultAddrPool: ['10.251.0.0/16'],
    SubnetSize: 24,
  });
  try {
    const network = await docker.createNetwork({ Name: 'longshore-bench-overlay', Driver: 'overlay' });
    const startedMs = systemClock.monotonic();
    const service = await docker.createService({
      Name: 'longshore-bench',
      TaskTemplate: {
        ContainerSpec: { Image: benchImage, Command: sleepCommand },
        RestartPolicy: { Condition: 'none' },
        Networks: [{ Target: network.id }],
      },
      Mode: { Replicated: { Replicas: count } },
    } as Docker.CreateServiceOptions);
    try {
      while ((await countRunning(docker)) < count) {
        if (systemClock.monotonic() - startedMs > 120_000) throw new Error(`Swarm did not run ${count} tasks within 120 s`);
        await systemClock.sleep(20);
      }
      return systemClock.monotonic() - startedMs;
    } finally {
      await service.remove();
      await removeTasks(docker);
    }
  } finally {
    await docker.swarmLeave({ force: true });
    await removeNetworks(docker);
  }
}

async function countRunning(docker: Docker): Promise<number> {
  const tasks = (await docker.listTasks({ filters: { service: ['longshore-bench'] } })) as { Status?: { State?: string } }[];
  return tasks.filter(({ Status }) => Status?.State === 'running').length;
}

/** Swarm stops the tasks of a removed service, but keeps their containers for its history. */
async function removeTasks(docker: Docker): Promise<void> {
  for (;;) {
    const left = await docker.listContainers({
      all: true,
      filters: { label: ['com.docker.swarm.service.name=longshore-bench'] },
    });
    if (left.length === 0) return;
    for (const { Id } of left)
      await docker
        .getContainer(Id)
        .remove({ force: true })
        .catch(() => undefined);
    await systemClock.sleep(100);
  }
}

/** The overlay and Swarm's gateway bridge; the engine lets go of them a moment after the last task. */
async function removeNetworks(docker: Docker): Promise<void> {
  for (;;) {
    const networks = await docker.listNetworks();
    const left = networks.filter(({ Name }) => Name === 'longshore-bench-overlay' || Name === 'docker_gwbridge');
    if (left.length === 0) return;
    for (const { Id } of left)
      await docker
        .getNetwork(Id)
        .remove()
        .catch(() => undefined);
    await systemClock.sleep(200);
  }
}
