import { resolve } from 'node:path';

import { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { readKubeconfig } from '../../lib/kubernetes-client/kubeconfig.js';
import type { Backend } from './backend.js';

/** A cluster that is there already: it is used, and neither broken nor taken down. */
export async function findExistingCluster(file: string, context: string | undefined): Promise<Backend> {
  using client = new ApiClient(await readKubeconfig(file, context === undefined ? {} : { context }));
  const { items } = await client.nodes.list();
  return {
    kubeconfig: resolve(file),
    nodes: items.map(({ metadata }) => metadata.name).sort(),
    local: undefined,
    stop: () => Promise.resolve(),
  };
}
