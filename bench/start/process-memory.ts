import { readFile } from 'node:fs/promises';

import { readProcessTable } from '../../lib/local-cluster/process-table.js';

/** Memory of one process, in bytes. */
export interface ProcessMemory {
  /** control-plane, kubelet-agent, kube-proxy or fake-nodes. */
  part: string;
  residentBytes: number;
  /** Resident, with each shared page counted by the share that this process has of it. */
  proportionalBytes: number;
}

/** The memory of every process of the local cluster in `dir`. */
export async function readMemory(dir: string): Promise<ProcessMemory[]> {
  const processes = await readProcessTable(dir);
  return Promise.all(
    processes.map(async ({ pid, stateDir, residentBytes }) => {
      const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
      const proportionalBytes = Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1024;
      return { part: partOf(stateDir), residentBytes, proportionalBytes };
    }),
  );
}

function partOf(stateDir: string): string {
  const last = stateDir.split('/').at(-1) ?? '';
  return last === 'kubelet' ? 'kubelet-agent' : last;
}
