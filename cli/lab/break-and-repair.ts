import { runCommand } from './docker-runner.js';
import { computeBreak, computeRepair, type FaultKind, type Steps } from './faults.js';
import { lookInside, requireContainer } from './lab.js';

/** Breaks one container of the lab; a fault that is there already is left as it is. @returns whether anything changed */
export async function breakContainer(project: string, name: string, how: FaultKind): Promise<boolean> {
  const container = await requireContainer(project, name);
  const view = await lookInside(container);
  const steps = computeBreak(container, how, view?.faults ?? []);
  await take(steps);
  return steps.length > 0;
}

/** Makes one container whole, whatever was done to it. Safe to repeat. */
export async function repairContainer(project: string, name: string): Promise<void> {
  await take(computeRepair(project, await requireContainer(project, name)));
}

async function take(steps: Steps): Promise<void> {
  for (const step of steps) await runCommand(['docker', ...step]);
}
