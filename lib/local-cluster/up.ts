import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { systemClock } from '../clock/clock.js';
import { LongshoreError } from '../errors/errors.js';
import type { Node } from '../kubernetes/types/core-v1.js';
import { ApiClient } from '../kubernetes-client/api-client.js';
import { readKubeconfig } from '../kubernetes-client/kubeconfig.js';
import type { ProgressListener } from './progress-listener.js';
import { readCluster, writeCluster, type Cluster } from './cluster-file.js';
import { ensureControlPlaneLink } from './control-plane-link.js';
import { probeReady } from './health.js';
import { createJoinToken } from './join-token.js';
import { identityFile, layoutOf, type Layout } from './layout.js';
import { designCluster, type NewClusterOptions } from './new-cluster.js';
import { startDetached } from './process-runner.js';
import { computeProcessSpecs, type AgentSpec, type ProcessSpec } from './process-specs.js';
import { readProcessTable } from './process-table.js';
import { checkRequirements } from './requirements.js';

/** A start of a second is not to be lengthened by the waiting for it. */
const pollMs = 20;
/** Looking at every process of the machine is dear where it has many. */
const processTableMs = 500;

export interface UpOptions extends NewClusterOptions {
  dir: string;
  timeoutMs: number;
}

/**
 * Brings a local cluster to what was asked for: starts what does not run, leaves alone what
 * does, and returns when every node is Ready. Safe to repeat and to interrupt.
 */
export async function bringUp(options: UpOptions, progress: ProgressListener): Promise<Cluster> {
  if (options.runtime !== 'fake') await checkRequirements();
  const layout = layoutOf(options.dir);
  const cluster = await recallOrDesign(layout, options);
  if (cluster.runtime !== 'fake') await ensureControlPlaneLink(cluster);
  const specs = computeProcessSpecs(cluster, layout);
  const running = new Set((await readProcessTable(layout.dir)).map(({ stateDir }) => stateDir));
  const deadline = systemClock.monotonic() + options.timeoutMs;

  const [controlPlane, ...agents] = specs;
  // All at once: agents wait for the control plane, and those that have not joined for the token.
  for (const spec of specs) if (!running.has(spec.stateDir)) startDetached(spec, layout.log(spec.name));
  await waitUntilReady([controlPlane], layout, deadline, progress);
  progress.done(`control plane ready on https://127.0.0.1:${cluster.apiPort}`);
  try {
    const joining = cluster.runtime === 'fake' ? await countFakeNodes(cluster, layout) : await countWithoutIdentity(agents);
    if (joining > 0) await createJoinToken(layout, joining);
    await waitForNodes(cluster, layout, deadline, progress);
    await waitUntilReady(agents, layout, deadline, progress);
  } finally {
    await rm(layout.joinToken, { force: true });
  }
  progress.done(`${cluster.nodes.length} nodes Ready`);
  return cluster;
}

async function recallOrDesign(layout: Layout, options: UpOptions): Promise<Cluster> {
  const known = await readCluster(layout);
  if (known) {
    if (known.nodes.length === options.nodes) return known;
    throw new LongshoreError(
      'FailedPrecondition',
      `the cluster in ${layout.dir} has ${known.nodes.length} nodes, not ${options.nodes}: run longshore down first, or longshore up --nodes ${known.nodes.length}`,
    );
  }
  const cluster = await designCluster(options);
  await writeCluster(layout, cluster);
  return cluster;
}

/** How many fake nodes have not joined; all of them or none, but for a start that was cut short. */
async function countFakeNodes({ nodes }: Cluster, layout: Layout): Promise<number> {
  return countMissing(nodes.map((node) => identityFile('kubelet-agent', join(layout.fakeNodes, node))));
}

async function countWithoutIdentity(agents: readonly AgentSpec[]): Promise<number> {
  return countMissing(agents.map(({ component, stateDir }) => identityFile(component, stateDir)));
}

async function countMissing(files: readonly string[]): Promise<number> {
  const missing = await Promise.all(
    files.map((file) =>
      access(file).then(
        () => false,
        () => true,
      ),
    ),
  );
  return missing.filter(Boolean).length;
}

/** Waits for the /readyz of all `specs`; a process that ends is not waited for. */
async function waitUntilReady(
  specs: readonly ProcessSpec[],
  layout: Layout,
  deadline: number,
  progress: ProgressListener,
): Promise<void> {
  let lookMs = systemClock.monotonic() + processTableMs;
  for (;;) {
    const probes = await Promise.all(specs.map(async (spec) => ({ spec, problem: await probeReady(spec.healthPort) })));
    const waiting = probes.filter(({ problem }) => problem !== undefined);
    const [first] = waiting;
    if (!first) return;
    if (systemClock.monotonic() >= lookMs) {
      lookMs = systemClock.monotonic() + processTableMs;
      await requireRunning(
        waiting.map(({ spec }) => spec),
        layout,
      );
    }
    progress.update(`waiting for ${waiting.map(({ spec }) => spec.name).join(', ')}`);
    const { name } = first.spec;
    await pauseOrFail(deadline, `${name} is not ready: ${first.problem ?? ''}; its log is ${layout.log(name)}`);
  }
}

async function requireRunning(specs: readonly ProcessSpec[], layout: Layout): Promise<void> {
  const running = new Set((await readProcessTable(layout.dir)).map(({ stateDir }) => stateDir));
  const ended = specs.find(({ stateDir }) => !running.has(stateDir));
  if (!ended) return;
  throw new LongshoreError('Unavailable', `${ended.name} ended; the last lines of ${layout.log(ended.name)} say why`);
}

async function waitForNodes(cluster: Cluster, layout: Layout, deadline: number, progress: ProgressListener): Promise<void> {
  const client = new ApiClient(await readKubeconfig(layout.kubeconfig));
  try {
    for (;;) {
      const { items } = await client.nodes.list();
      const waiting = cluster.nodes.filter((name) => !items.some((node) => node.metadata.name === name && isReady(node)));
      if (waiting.length === 0) return;
      progress.update(`waiting for ${waiting.join(', ')} to become Ready`);
      await pauseOrFail(deadline, `${waiting.join(', ')} did not become Ready; the logs are in ${layout.logs}`);
    }
  } finally {
    client.close();
  }
}

async function pauseOrFail(deadline: number, message: string): Promise<void> {
  if (systemClock.monotonic() > deadline) throw new LongshoreError('DeadlineExceeded', message);
  await systemClock.sleep(pollMs);
}

export function isReady(node: Node): boolean {
  return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}
