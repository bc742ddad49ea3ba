import { mkdir } from 'node:fs/promises';

import { systemClock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Node } from '../../lib/kubernetes/types/core-v1.js';
import { findFreePorts } from '../../lib/local-cluster/free-ports.js';
import type { ProgressListener } from '../../lib/local-cluster/progress-listener.js';
import { isReady } from '../../lib/local-cluster/up.js';
import { Compose, type ComposeSettings, defaultKubeconfigFolder } from './compose.js';
import { runCommand } from './docker-runner.js';
import { kubeconfigOf, readLab } from './lab.js';
import type { LabContainer } from './lab-container.js';
import { readNodes } from './read-nodes.js';

/** Where `longshore agent` answers for both of its agents. */
const agentHealthPort = 10_247;

export interface LabUpOptions {
  project: string;
  /** Default: as many as there are, else 3. */
  nodes: number | undefined;
  /** Default: what the present image was built on, else what lab/compose.yaml says. */
  baseImage: string | undefined;
  /** Of the API on 127.0.0.1. Default: the present one, else the first free one from 6443 on. */
  port: number | undefined;
  timeoutMs: number;
}

/**
 * Brings the lab to what was asked for and returns when every node is Ready: builds the image when something
 * changed, starts what does not run, leaves alone what does. Safe to repeat and to interrupt.
 * @returns the file with the administrator's access
 */
export async function bringLabUp(options: LabUpOptions, progress: ProgressListener): Promise<string> {
  const { project } = options;
  const compose = await Compose.find(project);
  const present = await readLab(project);
  const nodes = options.nodes ?? (present.filter(({ service }) => service === 'node').length || 3);
  const settings = await chooseSettings(options, present);

  progress.update('building the image');
  await compose.run(['build'], settings);
  progress.done('image built');
  // Compose does not know what to do with a container that is paused.
  for (const { id, state } of present) if (state === 'paused') await runCommand(['docker', 'unpause', id]);
  progress.update('starting the containers');
  await compose.run(['up', '-d', '--no-build', '--scale', `node=${nodes}`], settings);
  progress.done(`${nodes + 1} containers started`);
  const kubeconfig = await waitForNodes(options, nodes, progress);
  progress.done(`${nodes} nodes Ready`);
  return kubeconfig;
}

async function chooseSettings(options: LabUpOptions, present: readonly LabContainer[]): Promise<ComposeSettings> {
  const controlPlane = present.find(({ service }) => service === 'control-plane');
  const published = controlPlane?.published.get(6443)?.split(':')[1];
  const presentPort = published === undefined ? undefined : Number(published);
  const [freePort] = presentPort === undefined && options.port === undefined ? await findFreePorts(6443, 1) : [];
  const folder =
    process.env.LONGSHORE_LAB_KUBECONFIG ?? controlPlane?.mounts.get('/kubeconfig') ?? (await defaultKubeconfigFolder());
  // Docker would make it, for root.
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    baseImage: options.baseImage ?? (controlPlane?.baseImage || undefined),
    port: options.port ?? presentPort ?? freePort,
    kubeconfigFolder: folder,
  };
}

async function waitForNodes(options: LabUpOptions, count: number, progress: ProgressListener): Promise<string> {
  const wanted = Array.from({ length: count }, (_, index) => `node-${index + 1}`);
  const deadline = systemClock.monotonic() + options.timeoutMs;
  for (;;) {
    const containers = await readLab(options.project);
    const ended = containers.find(({ state }) => state === 'exited');
    if (ended) throw new LongshoreError('Unavailable', `${ended.name} ended: ${await readLastLines(ended)}`);
    const kubeconfig = kubeconfigOf(containers);
    const found = await readNodes(kubeconfig);
    const waiting = await findUnready(wanted, containers, found.nodes);
    if (waiting.length === 0) return kubeconfig;
    progress.update(found.problem === undefined ? `waiting for ${waiting.join(', ')}` : 'waiting for the control plane');
    if (systemClock.monotonic() > deadline) {
      const why = found.problem ?? `${waiting.join(', ')} did not become Ready`;
      throw new LongshoreError('DeadlineExceeded', `${why}; longshore lab status shows more`);
    }
    await systemClock.sleep(200);
  }
}

/** What a container said last; what it logs goes to standard error there. */
function readLastLines({ id }: LabContainer): Promise<string> {
  return runCommand(['docker', 'logs', '--tail', '5', id], { output: 'both' });
}

/** What the API says of a node that has just started again may be from before: its agent has to say so too. */
async function findUnready(
  wanted: readonly string[],
  containers: readonly LabContainer[],
  nodes: readonly Node[],
): Promise<string[]> {
  const unready = wanted.filter((name) => !isNodeReady(nodes, name));
  if (unready.length > 0) return unready;
  const agents = await Promise.all(containers.filter(({ name }) => wanted.includes(name)).map(isAgentReady));
  return wanted.filter((_, index) => !agents[index]);
}

async function isAgentReady({ id }: LabContainer): Promise<boolean> {
  try {
    await runCommand(['docker', 'exec', id, 'curl', '-fsS', '--max-time', '2', `http://127.0.0.1:${agentHealthPort}/readyz`]);
    return true;
  } catch {
    // It does not listen yet, or says no.
    return false;
  }
}

function isNodeReady(nodes: readonly Node[], name: string): boolean {
  return nodes.some((node) => node.metadata.name === name && isReady(node));
}
