import { isError, LongshoreError } from '../../lib/errors/errors.js';
import type { Node, Pod } from '../../lib/kubernetes/types/core-v1.js';
import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import type { ProgressListener } from '../../lib/local-cluster/progress-listener.js';
import { isNodeSilent } from './node-status.js';

const pollMs = 250;

export interface RemoveNodeOptions {
  name: string;
  /** For the pods to end, and again for the agent to stop. */
  timeoutMs: number;
  /** The machine is gone, or is not to be waited for: the Node goes at once, and its pods with it. */
  force: boolean;
}

/**
 * Takes a machine out of the cluster: no new pods, its pods end and are replaced elsewhere,
 * its agent is stopped by whoever runs it, the Node goes. The agent comes before the Node,
 * since one that runs would register its Node anew. Safe to repeat after any step.
 * @throws LongshoreError NotFound, FailedPrecondition (a silent machine with pods, without `force`),
 *   DeadlineExceeded (pods or the agent are still there; the node stays cordoned)
 */
export async function removeNode(
  client: ApiClient,
  options: RemoveNodeOptions,
  progress: ProgressListener,
  signal: AbortSignal,
): Promise<void> {
  const { name, force } = options;
  const node = await getNode(client, name, signal);
  if (!force) {
    await client.nodes.patch(name, { merge: { spec: { unschedulable: true } } }, {}, signal);
    progress.done(`${name} gets no new pods`);
    await drain(client, options, progress, signal);
    await untilSilent(client, options, progress, signal);
  }
  await deleteNode(client, node, signal);
  progress.done(`${name} is no longer a node of the cluster`);
}

/** What is left to do on the machine itself. */
export function renderRemovalAdvice(name: string, force: boolean): string {
  const agent = force ? `If ${name} still runs, stop its longshore agent: it would register the node anew.\n` : '';
  return (
    `${agent}longshore uninstall, on ${name}, removes what the agent left there: containers, pod network, rules, its certificate.\n` +
    `To bring the machine back, under the same name or another: longshore token create, then longshore agent there.`
  );
}

async function getNode(client: ApiClient, name: string, signal: AbortSignal): Promise<Node> {
  try {
    return await client.nodes.get(name, {}, signal);
  } catch (thrown) {
    if (!isError(thrown, 'NotFound')) throw thrown;
    throw new LongshoreError('NotFound', `there is no node ${name}: longshore node list shows those that there are`, {
      cause: thrown,
    });
  }
}

function requireHeard(node: Node): void {
  if (!isNodeSilent(node)) return;
  const { name } = node.metadata;
  throw new LongshoreError(
    'FailedPrecondition',
    `nothing is heard of ${name}, so its pods cannot be stopped in order: start its agent again, or say --force if the machine is gone`,
  );
}

async function drain(
  client: ApiClient,
  { name, timeoutMs }: RemoveNodeOptions,
  progress: ProgressListener,
  signal: AbortSignal,
): Promise<void> {
  const giveUpMs = client.clock.monotonic() + timeoutMs;
  for (;;) {
    const pods = (await podsOf(client, name, signal)).filter(isRunning);
    if (pods.length === 0) break;
    requireHeard(await client.nodes.get(name, {}, signal));
    await evict(client, pods, signal);
    const names = pods.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`).join(', ');
    progress.update(`waiting for ${pods.length} pods to end: ${names}`);
    if (client.clock.monotonic() > giveUpMs) {
      throw new LongshoreError(
        'DeadlineExceeded',
        `${names} did not end within ${timeoutMs / 1_000} s: wait longer with --timeout, or give up on them with --force; ` +
          `kubectl uncordon ${name} takes the node back`,
      );
    }
    await client.clock.sleep(pollMs, signal);
  }
  progress.done(`no pod runs on ${name}`);
}

/** Asks for the end of pods that have not been asked yet. */
async function evict(client: ApiClient, pods: readonly Pod[], signal: AbortSignal): Promise<void> {
  for (const { metadata } of pods) {
    if (metadata.deletionTimestamp !== undefined) continue;
    const { namespace = 'default', name } = metadata;
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name } };
    try {
      await client.transport.json(
        { method: 'POST', path: `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, body },
        signal,
      );
    } catch (thrown) {
      // Gone meanwhile; or not allowed yet, by those who protect it: the next round asks again.
      if (!isError(thrown, 'NotFound', 'ResourceExhausted')) throw thrown;
    }
  }
}

async function untilSilent(
  client: ApiClient,
  { name, timeoutMs }: RemoveNodeOptions,
  progress: ProgressListener,
  signal: AbortSignal,
): Promise<void> {
  const giveUpMs = client.clock.monotonic() + timeoutMs;
  while (!isNodeSilent(await client.nodes.get(name, {}, signal))) {
    progress.update(
      `stop the agent on ${name} now: systemctl stop longshore-agent, or end longshore agent; waiting until it is silent`,
    );
    if (client.clock.monotonic() > giveUpMs) {
      throw new LongshoreError(
        'DeadlineExceeded',
        `${name} runs no pods and gets none, but its agent still runs and would register the node anew: stop it there, then run this again`,
      );
    }
    await client.clock.sleep(pollMs, signal);
  }
}

async function podsOf(client: ApiClient, node: string, signal: AbortSignal): Promise<Pod[]> {
  return (await client.pods.list({ allNamespaces: true, fieldSelector: `spec.nodeName=${node}` }, signal)).items;
}

function isRunning({ status }: Pod): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

/** Only the node that was looked at, and not another of its name that has come since. */
async function deleteNode(client: ApiClient, { metadata }: Node, signal: AbortSignal): Promise<void> {
  try {
    await client.nodes.delete(metadata.name, metadata.uid === undefined ? {} : { uid: metadata.uid }, signal);
  } catch (thrown) {
    // Somebody else has removed it: that is what was wanted.
    if (!isError(thrown, 'NotFound')) throw thrown;
  }
}
