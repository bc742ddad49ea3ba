import { LongshoreError } from '../../lib/errors/errors.js';
import type { Node } from '../../lib/kubernetes/types/core-v1.js';
import { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { readKubeconfig } from '../../lib/kubernetes-client/kubeconfig.js';

/** The cluster's nodes, or why they cannot be read: the control plane may be what is broken. */
export async function readNodes(kubeconfig: string): Promise<{ nodes: Node[]; problem?: string }> {
  let client: ApiClient | undefined;
  try {
    client = new ApiClient(await readKubeconfig(kubeconfig));
    return { nodes: (await client.get<{ items: Node[] }>('/api/v1/nodes')).items };
  } catch (thrown) {
    return { nodes: [], problem: LongshoreError.from(thrown).message };
  } finally {
    client?.close();
  }
}
