import { findAbove } from '../files/find-above.js';
import type { Cluster } from './cluster-file.js';
import type { Layout } from './layout.js';

export type AgentComponent = 'kubelet-agent' | 'kube-proxy';

/** One process of a local cluster, as it should run. */
export interface ProcessSpec {
  /** control-plane, kubelet-agent-<node>, kube-proxy-<node>; fake-nodes for all nodes of a fake cluster. */
  name: string;
  component: 'control-plane' | AgentComponent;
  /** Empty for the control plane. */
  node: string;
  /** Its own folder; names the process among all of the machine's. */
  stateDir: string;
  /** For node itself. */
  nodeFlags: string[];
  /** The program, then its flags. */
  args: string[];
  healthPort: number;
}

/** The process that hosts every node of a fake cluster. */
export const fakeNodes = 'fake-nodes';

/** Names of all processes of a cluster with these nodes, control plane first. */
export function processNames(nodes: readonly string[], runtime: 'docker' | 'fake' = 'docker'): string[] {
  if (runtime === 'fake') return ['control-plane', fakeNodes];
  return ['control-plane', ...nodes.flatMap((node) => [`kubelet-agent-${node}`, `kube-proxy-${node}`])];
}

export interface AgentSpec extends ProcessSpec {
  component: AgentComponent;
}

/** Every process of `cluster`, control plane first. Pure. */
export function computeProcessSpecs(cluster: Cluster, layout: Layout): [controlPlane: ProcessSpec, ...agents: AgentSpec[]] {
  const healthPort = (name: string): number => {
    const port = cluster.healthPorts[name];
    if (port === undefined) throw new Error(`cluster.json has no health port for ${name}`);
    return port;
  };
  const bindAddresses = new Set(['127.0.0.1', cluster.address, ...Object.values(cluster.nodePlaneAddresses ?? {})]);
  const controlPlane: ProcessSpec = {
    name: 'control-plane',
    component: 'control-plane',
    node: '',
    stateDir: layout.controlPlane,
    healthPort: healthPort('control-plane'),
    nodeFlags: [],
    args: [
      programOf('control-plane'),
      ...flags({
        'data-dir': layout.controlPlane,
        'advertise-address': cluster.address,
        port: cluster.apiPort,
        'node-plane-port': cluster.nodePlanePort,
        'cluster-cidr': cluster.clusterCidr,
        'service-cidr': cluster.serviceCidr,
        'cluster-dns': cluster.clusterDns,
        'health-port': healthPort('control-plane'),
      }),
      ...[...bindAddresses].flatMap((address) => ['--bind-address', address]),
    ],
  };
  if (cluster.runtime === 'fake') return [controlPlane, fakeNodesSpec(cluster, layout, healthPort(fakeNodes))];
  return [
    controlPlane,
    ...cluster.nodes.flatMap((node) => [
      computeAgentSpec('kubelet-agent', node, layout.kubelet(node), cluster, layout),
      computeAgentSpec('kube-proxy', node, layout.kubeProxy(node), cluster, layout),
    ]),
  ];
}

/** A node runs many things beside its agents: they trade a little speed for memory (measured: a third less for the kube-proxy). */
export const nodeFlags: Record<AgentComponent, string[]> = {
  'kubelet-agent': [],
  'kube-proxy': ['--max-semi-space-size=1', '--optimize-for-size'],
};

function computeAgentSpec(
  component: AgentComponent,
  node: string,
  stateDir: string,
  cluster: Cluster,
  layout: Layout,
): AgentSpec {
  const name = `${component}-${node}`;
  const healthPort = cluster.healthPorts[name];
  if (healthPort === undefined) throw new Error(`cluster.json has no health port for ${name}`);
  return {
    name,
    component,
    node,
    stateDir,
    healthPort,
    nodeFlags: nodeFlags[component],
    args: [
      programOf(component),
      ...flags({
        'node-name': node,
        server: `${cluster.nodePlaneAddresses?.[node] ?? '127.0.0.1'}:${cluster.nodePlanePort}`,
        'token-file': layout.joinToken,
        'state-dir': stateDir,
        'health-port': healthPort,
      }),
      '--shared-host',
    ],
  };
}

/** All nodes of a fake cluster: agents without kube-proxies, as there is no traffic. */
function fakeNodesSpec(cluster: Cluster, layout: Layout, healthPort: number): AgentSpec {
  return {
    name: fakeNodes,
    component: 'kubelet-agent',
    node: '',
    stateDir: layout.fakeNodes,
    healthPort,
    nodeFlags: [],
    args: [
      programOf('kubelet-agent'),
      'run-fake',
      ...flags({
        nodes: cluster.nodes.length,
        server: `127.0.0.1:${cluster.nodePlanePort}`,
        'token-file': layout.joinToken,
        'state-dir': layout.fakeNodes,
        'control-socket': layout.fakeControl,
        'health-port': healthPort,
      }),
    ],
  };
}

/** The built main of a component. */
export function programOf(component: ProcessSpec['component']): string {
  return findAbove(`dist/${component}/main.js`);
}

function flags(values: Record<string, string | number>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
