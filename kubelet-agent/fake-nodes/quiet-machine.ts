import { randomUUID } from 'node:crypto';

import { type MachineReadings, readMachine } from '../node-status/machine-readings.js';

const gibibyte = 2 ** 30;

/** What a fake node has unless it is told otherwise. */
const size = { cpuMillis: 8_000, memoryBytes: 32 * gibibyte, diskBytes: 100 * gibibyte };

/** A reader of a machine of its own that is never short of anything, on this machine's kernel. */
export function quietMachine(): (path: string) => Promise<MachineReadings> {
  const machineId = randomUUID().replaceAll('-', '');
  return async (path) => ({
    ...(await readMachine(path)),
    ...size,
    ...{
      memoryAvailableBytes: size.memoryBytes,
      diskAvailableBytes: size.diskBytes,
      processes: 1,
      maxProcesses: 32_768,
      machineId,
    },
  });
}
