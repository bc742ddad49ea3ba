import { LongshoreError } from '../../lib/errors/errors.js';
import { runCommand } from './docker-runner.js';
import { faultsProgram, type InsideView, parseInsideView } from './faults.js';
import { type InspectedContainer, type LabContainer, labContainersOf } from './lab-container.js';

/** The containers of a lab, as they are now; none when there is no lab. */
export async function readLab(project: string): Promise<LabContainer[]> {
  const filter = `label=com.docker.compose.project=${project}`;
  const ids = (await runCommand(['docker', 'ps', '-aq', '--no-trunc', '--filter', filter])).split('\n').filter(Boolean);
  if (ids.length === 0) return [];
  const inspected = JSON.parse(await runCommand(['docker', 'inspect', ...ids])) as InspectedContainer[];
  return labContainersOf(project, inspected);
}

/** The containers of a lab that must be there. @throws LongshoreError NotFound */
export async function requireLab(project: string): Promise<LabContainer[]> {
  const containers = await readLab(project);
  if (containers.length === 0) throw new LongshoreError('NotFound', `there is no lab ${project}: run longshore lab up`);
  return containers;
}

/** @throws LongshoreError NotFound that names the containers that there are */
export async function requireContainer(project: string, name: string): Promise<LabContainer> {
  const containers = await requireLab(project);
  const found = containers.find((container) => container.name === name);
  if (found) return found;
  const names = containers.map((container) => container.name).join(', ');
  throw new LongshoreError('NotFound', `the lab has no ${name}: it has ${names}`);
}

/** What is seen inside a container; undefined while it does not run. */
export async function lookInside({ id, state }: LabContainer): Promise<InsideView | undefined> {
  if (state !== 'running') return undefined;
  return parseInsideView(await runCommand(['docker', 'exec', id, faultsProgram, 'show']));
}

/** The file with the administrator's access on this host. @throws LongshoreError NotFound */
export function kubeconfigOf(containers: readonly LabContainer[]): string {
  const folder = containers.find(({ service }) => service === 'control-plane')?.mounts.get('/kubeconfig');
  if (folder === undefined) throw new LongshoreError('NotFound', 'the lab has no control plane: run longshore lab up');
  return `${folder}/config`;
}
