import { homedir } from 'node:os';
import { join } from 'node:path';

import { LongshoreError } from '../../lib/errors/errors.js';
import type { ApiAccess } from '../../lib/kubernetes-client/access.js';
import { accessOfContext } from '../../lib/kubernetes-client/kubeconfig/access-of-context.js';
import { kubeconfigFiles, loadKubeconfigs, readKubeconfig } from '../../lib/kubernetes-client/kubeconfig.js';
import { defaultDir, layoutOf } from '../../lib/local-cluster/layout.js';

export interface AccessOptions {
  /** The only file to read. */
  kubeconfig?: string;
  /** Default: the current context. */
  context?: string;
}

const machineKubeconfig = '/var/lib/longshore/control-plane/admin.kubeconfig';

/**
 * The cluster that a command means: that of --kubeconfig, else of KUBECONFIG, else of the first
 * of ~/.kube/config, the local cluster's and the machine's own admin.kubeconfig that is there.
 * @throws LongshoreError NotFound naming every place that was looked at
 */
export async function findAccess(options: AccessOptions, env: NodeJS.ProcessEnv = process.env): Promise<ApiAccess> {
  const { kubeconfig, context } = options;
  if (kubeconfig !== undefined) return readKubeconfig(kubeconfig, { context });
  if (env.KUBECONFIG) {
    const config = await loadKubeconfigs(kubeconfigFiles(env.KUBECONFIG));
    if (config) return accessOfContext(config, context);
    throw new LongshoreError('NotFound', `KUBECONFIG names no file that exists: ${env.KUBECONFIG}`);
  }
  const places = defaultPlaces(env);
  for (const { file } of places) {
    const config = await loadKubeconfigs([file]);
    if (config) return accessOfContext(config, context);
  }
  throw new LongshoreError('NotFound', noKubeconfig(places));
}

interface Place {
  file: string;
  what: string;
}

function defaultPlaces(env: NodeJS.ProcessEnv): Place[] {
  return [
    { file: join(env.HOME ?? homedir(), '.kube', 'config'), what: "kubectl's own" },
    { file: layoutOf(defaultDir(env)).kubeconfig, what: 'of a local cluster: longshore up' },
    { file: machineKubeconfig, what: 'of a control plane on this machine: longshore control-plane' },
  ];
}

function noKubeconfig(places: readonly Place[]): string {
  return [
    'there is no kubeconfig, so no cluster to talk to. These were looked for:',
    '  --kubeconfig FILE                not given',
    '  KUBECONFIG                       not set',
    ...places.map(({ file, what }) => `  ${file}  (${what})`),
  ].join('\n');
}
