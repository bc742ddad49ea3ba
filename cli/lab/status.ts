import type { Node } from '../../lib/kubernetes/types/core-v1.js';
import { isReady } from '../../lib/local-cluster/up.js';
import { renderTable } from '../terminal/table.js';
import { faultsOf, type InsideView } from './faults.js';
import { kubeconfigOf, lookInside, requireLab } from './lab.js';
import type { LabContainer } from './lab-container.js';
import { readNodes } from './read-nodes.js';

export interface LabStatus {
  parts: { container: LabContainer; view: InsideView | undefined }[];
  nodes: readonly Node[];
  /** Why the nodes could not be read. */
  problem: string | undefined;
  kubeconfig: string;
}

/** Everything `longshore lab status` shows, as it is now. @throws LongshoreError NotFound when there is no lab */
export async function readLabStatus(project: string): Promise<LabStatus> {
  const containers = await requireLab(project);
  const kubeconfig = kubeconfigOf(containers);
  const [views, { nodes, problem }] = await Promise.all([Promise.all(containers.map(lookInside)), readNodes(kubeconfig)]);
  return { parts: containers.map((container, index) => ({ container, view: views[index] })), nodes, problem, kubeconfig };
}

/** Whether nothing is broken and every node is Ready. */
export function isLabHealthy({ parts, nodes, problem }: LabStatus): boolean {
  const isWhole = ({ container, view }: LabStatus['parts'][number]): boolean =>
    faultsOf(container, view?.faults ?? []).length === 0 &&
    (container.service === 'control-plane' || readiness(container, nodes) === 'Ready');
  return problem === undefined && parts.every(isWhole);
}

export function renderLabStatus({ parts, nodes, problem, kubeconfig }: LabStatus): string {
  return [
    `export KUBECONFIG=${kubeconfig}`,
    ...(problem === undefined ? [] : [`the API does not answer: ${problem}`]),
    '',
    renderTable([
      ['NAME', 'CONTAINER', 'BROKEN', 'NODE', 'ADDRESS', 'API, NODEPORT 30080', 'DISK'],
      ...parts.map(({ container, view }) => [
        container.name,
        container.state,
        faultsOf(container, view?.faults ?? []).join(', ') || '-',
        container.service === 'node' ? readiness(container, nodes) : '-',
        container.address ?? '-',
        [...container.published.values()].join(', ') || '-',
        view?.disk ? renderDisk(view.disk) : '-',
      ]),
    ]),
  ].join('\n');
}

function renderDisk({ usedBytes, sizeBytes }: NonNullable<InsideView['disk']>): string {
  return `${Math.round((100 * usedBytes) / sizeBytes)}% of ${(sizeBytes / 2 ** 30).toFixed(1)} GiB`;
}

/** Ready, NotReady or unknown, with what presses the node. */
function readiness({ name }: LabContainer, nodes: readonly Node[]): string {
  const node = nodes.find(({ metadata }) => metadata.name === name);
  if (!node) return 'unknown';
  const pressures = node.status?.conditions?.filter(({ type, status }) => type.endsWith('Pressure') && status === 'True') ?? [];
  return [isReady(node) ? 'Ready' : 'NotReady', ...pressures.map(({ type }) => type)].join(', ');
}
