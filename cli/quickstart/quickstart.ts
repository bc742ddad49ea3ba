import { systemClock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Pod } from '../../lib/kubernetes/types/core-v1.js';
import { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { readKubeconfig } from '../../lib/kubernetes-client/kubeconfig.js';
import { layoutOf } from '../../lib/local-cluster/layout.js';
import { renderPods } from '../status/status.js';
import { bringUp, type UpOptions } from '../../lib/local-cluster/up.js';
import type { Progress } from '../terminal/progress.js';
import { signGuestbook } from './guestbook-visitor.js';
import { readManifests } from '../../lib/kubernetes-client/manifests/read-manifests.js';

const namespace = 'guestbook';
const nodePort = 30080;

/** A cluster, an application on it, and a request through it. Safe to repeat. */
export async function runQuickstart(options: UpOptions & { manifests: string }, progress: Progress): Promise<string> {
  await bringUp(options, progress);
  const { kubeconfig } = layoutOf(options.dir);
  using client = new ApiClient(await readKubeconfig(kubeconfig), { namespace });
  const resources = await readManifests([options.manifests]);
  for (const resource of resources) {
    const { outcome } = await client.apply(resource);
    progress.update(`${resource.kind} ${resource.metadata.name} ${outcome}`);
  }
  progress.done(`${resources.length} objects of ${options.manifests} applied`);

  await waitForDeployments(client, options.timeoutMs, progress);
  progress.done('guestbook is ready');

  const url = await frontendUrl(client);
  const entry = await signGuestbook(url, `signed by the quickstart at ${new Date(systemClock.now()).toISOString()}`);
  progress.done(`wrote an entry through ${url} and read it back: pod ${entry.by} took it`);

  const { items: pods } = await client.pods.list();
  return renderSummary(pods, url, kubeconfig);
}

/** Waits until every Deployment is rolled out, telling of each what it still lacks. */
async function waitForDeployments(client: ApiClient, timeoutMs: number, progress: Progress): Promise<void> {
  const { items } = await client.deployments.list();
  const waiting = new Map<string, string>();
  await Promise.all(
    items.map(async ({ metadata: { name } }) => {
      const onProgress = (observed: string): void => {
        waiting.set(name, observed);
        progress.update([...waiting].map(([deployment, lack]) => `${deployment}: ${lack}`).join(', '));
      };
      await client.waitFor(`deployment/${name}`, 'rolledOut', { timeoutMs, onProgress });
      waiting.delete(name);
    }),
  );
}

async function frontendUrl(client: ApiClient): Promise<string> {
  const { items } = await client.nodes.list();
  const address = items[0]?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  if (!address) throw new LongshoreError('FailedPrecondition', 'no node has an InternalIP');
  return `http://${address}:${nodePort}`;
}

function renderSummary(pods: readonly Pod[], url: string, kubeconfig: string): string {
  return `
${renderPods(pods)}

  guestbook    ${url}
  kubeconfig   export KUBECONFIG=${kubeconfig}

Three things to try:
  curl -d '{"text":"hello"}' ${url}/entries        sign the book
  kubectl -n ${namespace} delete pod -l app=frontend       pods come back while the Service carries on
  npx longshore status                                  nodes, pods, processes and their memory
Then: npx longshore down                                everything is gone again
`;
}
