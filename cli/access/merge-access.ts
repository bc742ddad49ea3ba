import { LongshoreError } from '../../lib/errors/errors.js';

interface Named {
  name: string;
}
interface Cluster extends Named {
  cluster: { server?: string; 'certificate-authority-data'?: string };
}
interface User extends Named {
  user: Record<string, unknown>;
}
interface Context extends Named {
  context: { cluster?: string; user?: string };
}

/** A kubeconfig as far as it is looked into; everything else in it stays as it is. */
export interface KubeconfigDocument {
  apiVersion: string;
  kind: string;
  clusters: Cluster[] | null;
  users: User[] | null;
  contexts: Context[] | null;
  'current-context'?: string;
}

/**
 * `into` with the first cluster and user of `from` under `name`, as its current context; an
 * entry of that name is replaced. Pure.
 * @param options.server in place of the cluster's own address
 * @throws LongshoreError Conflict when a cluster of that name has another authority
 */
export function mergeAccess(
  into: KubeconfigDocument,
  from: KubeconfigDocument,
  { name, server }: { name: string; server?: string | undefined },
): KubeconfigDocument {
  const cluster = from.clusters?.[0]?.cluster;
  const user = from.users?.[0]?.user;
  if (!cluster || !user) throw new LongshoreError('InvalidArgument', 'the kubeconfig has no cluster and user');
  const present = into.clusters?.find((entry) => entry.name === name)?.cluster;
  const authority = 'certificate-authority-data';
  if (present && present[authority] !== cluster[authority]) {
    throw new LongshoreError('Conflict', `another cluster is named ${name} there: choose another name with --name`);
  }
  const userName = `${name}-admin`;
  return {
    ...into,
    clusters: replace(into.clusters, { name, cluster: server === undefined ? cluster : { ...cluster, server } }),
    users: replace(into.users, { name: userName, user }),
    contexts: replace(into.contexts, { name, context: { cluster: name, user: userName } }),
    'current-context': name,
  };
}

function replace<Entry extends Named>(entries: readonly Entry[] | null, entry: Entry): Entry[] {
  return [...(entries ?? []).filter(({ name }) => name !== entry.name), entry];
}
