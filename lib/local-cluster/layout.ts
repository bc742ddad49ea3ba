import { join } from 'node:path';

/**
 * Where a local cluster keeps its files. One folder holds everything, so that it can be
 * found, moved aside and deleted whole:
 *
 *   <dir>/cluster.json            what was asked for
 *   <dir>/control-plane/          store, certificates, admin.kubeconfig
 *   <dir>/nodes/<node>/kubelet/   certificate, pod volumes, checkpoint
 *   <dir>/nodes/<node>/kube-proxy/
 *   <dir>/fake-nodes/             instead of nodes/ in a fake cluster
 *   <dir>/logs/<process>.log
 *   <dir>/join-token              while nodes join
 */
export interface Layout {
  readonly dir: string;
  readonly clusterFile: string;
  readonly controlPlane: string;
  readonly kubeconfig: string;
  readonly joinToken: string;
  readonly logs: string;
  /** State of the process that hosts the nodes of a fake cluster. */
  readonly fakeNodes: string;
  /** Its Unix socket; see kubelet-agent/fake-nodes/control-server.ts. */
  readonly fakeControl: string;
  kubelet(node: string): string;
  kubeProxy(node: string): string;
  log(process: string): string;
}

/** Default folder: $LONGSHORE_DIR, or /var/lib/longshore/local. */
export function defaultDir(env: NodeJS.ProcessEnv): string {
  return env.LONGSHORE_DIR ?? '/var/lib/longshore/local';
}

export function layoutOf(dir: string): Layout {
  return {
    dir,
    clusterFile: join(dir, 'cluster.json'),
    controlPlane: join(dir, 'control-plane'),
    kubeconfig: join(dir, 'control-plane', 'admin.kubeconfig'),
    joinToken: join(dir, 'join-token'),
    logs: join(dir, 'logs'),
    fakeNodes: join(dir, 'fake-nodes'),
    fakeControl: join(dir, 'fake-nodes.sock'),
    kubelet: (node) => join(dir, 'nodes', node, 'kubelet'),
    kubeProxy: (node) => join(dir, 'nodes', node, 'kube-proxy'),
    log: (process) => join(dir, 'logs', `${process}.log`),
  };
}

/** An agent's certificate, followed by the CA's; its key is the same name with .key. Written once the node has joined. */
export function identityFile(component: 'kubelet-agent' | 'kube-proxy', stateDir: string): string {
  return join(stateDir, 'pki', component === 'kubelet-agent' ? 'kubelet.pem' : 'kube-proxy.pem');
}
