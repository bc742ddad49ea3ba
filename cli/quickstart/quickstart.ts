import { systemClock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Deployment } from '../../lib/kubernetes/types/apps-v1.js';
import type { Node, Pod } from '../../lib/kubernetes/types/core-v1.js';
import { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { readKubeconfig } from '../../lib/kubernetes-client/kubeconfig.js';
import { layoutOf } from '../../lib/local-cluster/layout.js';
import { renderPods } from '../status/status.js';
import { bringUp, type UpOptions } from '../../lib/local-cluster/up.js';
import type { Progress } from '../terminal/progress.js';
import { signGuestbook } from './guestbook-visitor.js';
import { readManifests } from './manifests.js';

const namespace = 'guestbook';
const nodePort = 30080;

/** A cluster, an application on it, and a request through it. Safe to repeat. */
export async function runQuickstart(options: UpOptions & { manifests: string }, progress: Progress): Promise<string> {
  await bringUp(options, progress);
  const { kubeconfig } = layoutOf(options.dir);
  const client = new ApiClient(await readKubeconfig(kubeconfig));
  try {
    const resources = await readManifests(options.manifests);
    for (const resource of resources) {
      const outcome = await client.apply(resource);
      progress.update(`${resource.kind} ${resource.metadata.name} ${outcome}`);
    }
    progress.done(`${resources.length} objects of ${options.manifests} applied`);

    await waitForDeployments(client, systemClock.monotonic() + options.timeoutMs, progress);
    progress.done('guestbook is ready');

    const url = await frontendUrl(client);
    const entry = await signGuestbook(url, `signed by the quickstart at ${new Date(systemClock.now()).toISOString()}`);
    progress.done(`wrote an entry through ${url} and read it back: pod ${entry.by} took it`);

    const { items: pods } = await client.get<{ items: Pod[] }>(`/api/v1/namespaces/${namespace}/pods`);
    return renderSummary(pods, url, kubeconfig);
  } finally {
    client.close();
  }
}

async function waitForDeployments(client: ApiClient, deadline: number, progress: Progress): Promise<void> {
  for (;;) {
    const { items } = await client.get<{ items: Deployment[] }>(`/apis/apps/v1/namespaces/${namespace}/deployments`);
    const waiting = items.filter((deployment) => !isRolledOut(deployment));
    if (waiting.length === 0) return;
    const text = waiting
      .map(({ metadata, spec, status }) => `${metadata.name} ${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`)
      .join(', ');
    progress.update(`waiting for pods: ${text}`);
    if (systemClock.monotonic() > deadline) {
      throw new LongshoreError('DeadlineExceeded', `not ready in time: ${text}; kubectl -n ${namespace} describe pods says why`);
    }
    await systemClock.sleep(100);
  }
}

/** As `kubectl rollout status` decides it. */
function isRolledOut({ metadata, spec, status }: Deployment): boolean {
  const replicas = spec.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) &&
    (status?.updatedReplicas ?? 0) === replicas &&
    (status?.replicas ?? 0) === replicas &&
    (status?.availableReplicas ?? 0) === replicas
  );
}

async function frontendUrl(client: ApiClient): Promise<string> {
  const { items } = await client.get<{ items: Node[] }>('/api/v1/nodes');
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
