import { text } from 'node:stream/consumers';

import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import type { Pod } from '../../lib/kubernetes/types/core-v1.js';
import type { EvidenceFolder } from './evidence-folder.js';

const maxPods = 100;
const tailLines = 2_000;
const limitBytes = 256 * 1024;

/** The logs of all containers, and of their lives before. */
export async function writeLogs(folder: EvidenceFolder, client: ApiClient, signal: AbortSignal): Promise<void> {
  let pods: Pod[] = [];
  await folder.write('pods/list.txt', async () => {
    pods = (await client.pods.list({ allNamespaces: true }, signal)).items.slice(0, maxPods);
    return pods
      .map(
        ({ metadata, spec, status }) =>
          `${metadata.namespace ?? ''}/${metadata.name} ${status?.phase ?? ''} ${spec.nodeName ?? ''}\n`,
      )
      .join('');
  });
  await Promise.all(pods.map((pod) => writePod(folder, client, pod, signal)));
}

async function writePod(folder: EvidenceFolder, client: ApiClient, pod: Pod, signal: AbortSignal): Promise<void> {
  const { name, namespace = 'default' } = pod.metadata;
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  for (const { name: container, restartCount } of statuses) {
    for (const previous of restartCount > 0 ? [true, false] : [false]) {
      const path = `pods/${namespace}/${name}/${container}${previous ? '.previous' : ''}.log`;
      const options = { namespace, container, previous, tailLines, limitBytes };
      await folder.write(path, async () => text(await client.logs(name, options, signal)));
    }
  }
}
