import { systemClock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { Node, Pod } from '../../lib/kubernetes/types/core-v1.js';
import { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { readKubeconfig } from '../../lib/kubernetes-client/kubeconfig.js';
import { humanDuration } from '../../lib/text/human-duration.js';
import { renderMegabytes, renderTable } from '../terminal/table.js';
import { requireCluster } from '../../lib/local-cluster/cluster-file.js';
import { probeReady } from '../../lib/local-cluster/health.js';
import { layoutOf, type Layout } from '../../lib/local-cluster/layout.js';
import { computeProcessSpecs } from '../../lib/local-cluster/process-specs.js';
import { readProcessTable, type RunningProcess } from '../../lib/local-cluster/process-table.js';
import { isReady } from '../../lib/local-cluster/up.js';

export interface ProcessStatus {
  name: string;
  pid: number | undefined;
  residentBytes: number;
  upMs: number;
  /** Undefined when it is ready. */
  problem: string | undefined;
}

export interface ClusterStatus {
  processes: ProcessStatus[];
  server: { url: string; version: string } | { url: string; problem: string };
  nodes: Node[];
  pods: Pod[];
  kubeconfig: string;
}

/** Everything `longshore status` shows; what cannot be read is named as a problem, not thrown. */
export async function readStatus(dir: string): Promise<ClusterStatus> {
  const layout = layoutOf(dir);
  const cluster = await requireCluster(layout);
  const table = new Map((await readProcessTable(dir)).map((process) => [process.stateDir, process]));
  const processes = await Promise.all(
    computeProcessSpecs(cluster, layout).map(async ({ name, stateDir, healthPort }) =>
      processStatus(name, table.get(stateDir), await probeReady(healthPort)),
    ),
  );
  const url = `https://127.0.0.1:${cluster.apiPort}`;
  return { processes, kubeconfig: layout.kubeconfig, ...(await readObjects(layout, url)) };
}

function processStatus(name: string, process: RunningProcess | undefined, problem: string | undefined): ProcessStatus {
  if (!process) return { name, pid: undefined, residentBytes: 0, upMs: 0, problem: 'not running: longshore up starts it' };
  return { name, pid: process.pid, residentBytes: process.residentBytes, upMs: systemClock.now() - process.startedAtMs, problem };
}

async function readObjects(layout: Layout, url: string): Promise<Pick<ClusterStatus, 'server' | 'nodes' | 'pods'>> {
  try {
    using client = new ApiClient(await readKubeconfig(layout.kubeconfig));
    const [version, nodes, pods] = await Promise.all([
      client.version(),
      client.nodes.list(),
      client.pods.list({ allNamespaces: true }),
    ]);
    return { server: { url, version: version.gitVersion }, nodes: nodes.items, pods: pods.items };
  } catch (thrown) {
    return { server: { url, problem: LongshoreError.from(thrown).message }, nodes: [], pods: [] };
  }
}

/** Whether everything runs and is ready. */
export function isHealthy(status: ClusterStatus): boolean {
  return (
    status.processes.every(({ problem }) => problem === undefined) && status.nodes.every(isReady) && 'version' in status.server
  );
}

export function renderStatus(status: ClusterStatus): string {
  const { server } = status;
  return [
    `API     ${server.url}  ${'version' in server ? server.version : server.problem}`,
    `config  ${status.kubeconfig}`,
    '',
    renderTable([
      ['PROCESS', 'PID', 'MEMORY', 'UP', 'HEALTH'],
      ...status.processes.map(({ name, pid, residentBytes, upMs, problem }) => [
        name,
        pid === undefined ? '-' : String(pid),
        pid === undefined ? '-' : renderMegabytes(residentBytes),
        pid === undefined ? '-' : humanDuration(upMs),
        problem ?? 'ok',
      ]),
    ]),
    '',
    renderTable([
      ['NODE', 'STATUS', 'INTERNAL-IP', 'PODS', 'VERSION', 'RUNTIME'],
      ...status.nodes.map((node) => [
        node.metadata.name,
        isReady(node) ? 'Ready' : 'NotReady',
        node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '<none>',
        String(status.pods.filter(({ spec }) => spec.nodeName === node.metadata.name).length),
        node.status?.nodeInfo?.kubeletVersion ?? '',
        node.status?.nodeInfo?.containerRuntimeVersion ?? '',
      ]),
    ]),
    '',
    renderPods(status.pods),
  ].join('\n');
}

/** The same for programs: what people see, by name. */
export function summarizeStatus(status: ClusterStatus): object {
  const { processes, server, nodes, pods, kubeconfig } = status;
  return {
    healthy: isHealthy(status),
    server,
    kubeconfig,
    processes: processes.map(({ problem, ...process }) => ({ ...process, healthy: problem === undefined, problem })),
    nodes: nodes.map((node) => ({
      name: node.metadata.name,
      ready: isReady(node),
      addresses: node.status?.addresses ?? [],
      kubeletVersion: node.status?.nodeInfo?.kubeletVersion,
      containerRuntimeVersion: node.status?.nodeInfo?.containerRuntimeVersion,
    })),
    pods: pods.map(({ metadata, spec, status: is }) => ({
      namespace: metadata.namespace,
      name: metadata.name,
      phase: is?.phase,
      ready: is?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false,
      podIP: is?.podIP,
      node: spec.nodeName,
    })),
  };
}

/** Pods with the node and the address of each. */
export function renderPods(pods: readonly Pod[]): string {
  if (pods.length === 0) return 'no pods';
  return renderTable([
    ['NAMESPACE', 'POD', 'READY', 'STATUS', 'RESTARTS', 'IP', 'NODE'],
    ...pods.map((pod) => {
      const containers = pod.status?.containerStatuses ?? [];
      return [
        pod.metadata.namespace ?? '',
        pod.metadata.name,
        `${containers.filter(({ ready }) => ready).length}/${pod.spec.containers.length}`,
        pod.metadata.deletionTimestamp ? 'Terminating' : (pod.status?.phase ?? 'Unknown'),
        String(containers.reduce((sum, { restartCount }) => sum + restartCount, 0)),
        pod.status?.podIP ?? '<none>',
        pod.spec.nodeName ?? '<none>',
      ];
    }),
  ]);
}
