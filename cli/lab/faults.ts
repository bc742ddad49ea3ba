import { LongshoreError } from '../../lib/errors/errors.js';
import { type LabContainer, networkOf } from './lab-container.js';

/** What `longshore lab break --how` can do. */
export const faultKinds = ['kill', 'pause', 'partition', 'slow', 'loss', 'disk-full'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Those that are made inside a running container; the others are states of the container. */
export const insideFaults = ['partition', 'slow', 'loss', 'disk-full'] as const;
export type InsideFault = (typeof insideFaults)[number];

/** The program in the image that makes, removes and shows them. */
export const faultsProgram = '/opt/longshore/lab/image/faults.sh';

/** What is seen inside a running container. */
export interface InsideView {
  faults: InsideFault[];
  /** Undefined where there is none of its own. */
  disk: { usedBytes: number; sizeBytes: number } | undefined;
}

/** Reads what {@link faultsProgram} shows. */
export function parseInsideView(text: string): InsideView {
  const lines = text.split('\n').map((line) => line.trim());
  const [, used, size] = lines.map((line) => /^disk (\d+) (\d+)$/.exec(line)).find(Boolean) ?? [];
  return {
    faults: insideFaults.filter((fault) => lines.includes(fault)),
    disk: used === undefined ? undefined : { usedBytes: Number(used), sizeBytes: Number(size) },
  };
}

/** Arguments of docker, one call after the other. */
export type Steps = readonly (readonly string[])[];

/**
 * The steps that add a fault; none when it is there.
 * @param present the faults inside the container now
 * @throws LongshoreError InvalidArgument when it makes no sense for this container, FailedPrecondition when not now
 */
export function computeBreak(container: LabContainer, how: FaultKind, present: readonly InsideFault[]): Steps {
  const { id, name, service, state } = container;
  if (how === 'disk-full' && service === 'control-plane')
    throw new LongshoreError('InvalidArgument', 'the control plane has no disk of its own: say a node');
  if (how === 'kill') return isUp(container) ? [['kill', id]] : [];
  if (!isUp(container))
    throw new LongshoreError('FailedPrecondition', `${name} does not run (${state}): longshore lab repair ${name} starts it`);
  if (how === 'pause') return state === 'paused' ? [] : [['pause', id]];
  if (state === 'paused')
    throw new LongshoreError('FailedPrecondition', `${name} is paused: longshore lab repair ${name} lets it go on`);
  if (present.includes(how)) return [];
  return [['exec', id, faultsProgram, 'apply', ...present, how]];
}

/** The steps that make a container whole again, whatever was done to it. Each is right to repeat. */
export function computeRepair(project: string, container: LabContainer): Steps {
  const { id, service, state, connected } = container;
  return [
    ...(connected ? [] : [['network', 'connect', '--alias', service, networkOf(project), id]]),
    ...(state === 'paused' ? [['unpause', id]] : []),
    ...(isUp(container) ? [] : [['start', id]]),
    ['exec', id, faultsProgram, 'apply'],
  ];
}

/** What is wrong with a container, in the words of `--how`; empty when nothing is. */
export function faultsOf({ state, exitCode, connected }: LabContainer, present: readonly InsideFault[]): string[] {
  if (state === 'paused') return ['pause'];
  if (state !== 'running') return [exitCode === 137 ? 'kill' : `stopped with code ${exitCode}`];
  return [...(connected ? [] : ['disconnected']), ...present];
}

function isUp({ state }: LabContainer): boolean {
  return state === 'running' || state === 'paused' || state === 'restarting';
}
