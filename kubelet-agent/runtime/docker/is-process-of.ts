import { readFile } from 'node:fs/promises';

/**
 * Whether `pid`, as the engine names it, is a process of the container as seen from here: the
 * engine may run in another process namespace or on another machine, and pids are used again.
 */
export async function isProcessOf(pid: number, containerId: string): Promise<boolean> {
  if (pid <= 1) return false;
  try {
    return (await readFile(`/proc/${pid}/cgroup`, 'utf8')).includes(containerId);
  } catch {
    // No such process here.
    return false;
  }
}
