import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { systemClock } from '../../lib/clock/clock.js';
import { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { readKubeconfig } from '../../lib/kubernetes-client/kubeconfig.js';
import { requireCluster } from '../../lib/local-cluster/cluster-file.js';
import { findFreePorts } from '../../lib/local-cluster/free-ports.js';
import { layoutOf } from '../../lib/local-cluster/layout.js';
import { startDetached, stopProcesses } from '../../lib/local-cluster/process-runner.js';
import type { Checkout } from './checkout.js';
import { type ProcessMemory, readMemory } from './process-memory.js';

const run = promisify(execFile);
const dir = '/var/lib/longshore/bench-start';
const joinerDir = '/var/lib/longshore/bench-start-joiner';
const net = ['--pod-net', '249', '--service-net', '99', '--port', '7643'];

export interface Start {
  ms: number;
  memory: ProcessMemory[];
}

/** From the command until it says that three nodes are Ready. */
export async function measureDockerStart({ root }: Checkout): Promise<Start> {
  return withCluster(root, 3, async (ms) => ({ ms, memory: await readMemory(dir) }));
}

/** From the start of a kubelet agent with a join token until the API says that its node is Ready. */
export async function measureJoin({ root }: Checkout): Promise<Start> {
  return withCluster(root, 1, async () => {
    const layout = layoutOf(dir);
    const { nodePlanePort } = await requireCluster(layout);
    const program = (component: string): string => join(root, 'dist', component, 'main.js');
    const created = [program('control-plane'), 'token', 'create', '--data-dir', layout.controlPlane];
    const token = (await run(process.execPath, created)).stdout.trim();
    const [healthPort = 0] = await findFreePorts(7_743, 1);
    const stateDir = join(joinerDir, 'kubelet');
    const where = ['--node-name', 'joiner', '--server', `127.0.0.1:${nodePlanePort}`, '--state-dir', stateDir];
    const args = [program('kubelet-agent'), ...where, '--token', token, '--health-port', String(healthPort), '--shared-host'];
    const spec = {
      name: 'joiner',
      component: 'kubelet-agent' as const,
      node: 'joiner',
      nodeFlags: [],
      stateDir,
      healthPort,
      args,
    };
    using client = new ApiClient(await readKubeconfig(layout.kubeconfig));
    try {
      const startedMs = systemClock.monotonic();
      startDetached(spec, join(joinerDir, 'log'));
      await client.waitFor('node/joiner', 'Ready', { timeoutMs: 60_000 });
      return { ms: systemClock.monotonic() - startedMs, memory: await readMemory(joinerDir) };
    } finally {
      await stopProcesses(joinerDir, 10_000);
      await run(process.execPath, [program('kubelet-agent'), 'cleanup', '--state-dir', stateDir, '--node-name', 'joiner']);
      await rm(joinerDir, { recursive: true, force: true });
    }
  });
}

async function withCluster<T>(root: string, nodes: number, use: (startMs: number) => Promise<T>): Promise<T> {
  const longshore = (...args: string[]): Promise<unknown> =>
    run(process.execPath, [join(root, 'bin', 'longshore.js'), ...args, '--dir', dir]);
  await longshore('down');
  try {
    const startedMs = systemClock.monotonic();
    await longshore('up', '--nodes', String(nodes), ...net);
    return await use(systemClock.monotonic() - startedMs);
  } finally {
    await longshore('down');
  }
}
