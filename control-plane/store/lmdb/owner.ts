import { readFileSync, readlinkSync } from 'node:fs';

/** The process that holds a store, so that another can tell whether it still lives. */
export interface Owner {
  readonly pid: number;
  /** Start of the process in clock ticks after boot; tells it from a later one with the same pid. */
  readonly startTicks: string;
  readonly bootId: string;
  /** A pid means something in its own namespace only. */
  readonly pidNamespace: string;
}

/** This process. Linux only. */
export function thisOwner(): Owner {
  return {
    pid: process.pid,
    startTicks: startTicksOf('self') ?? '',
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    pidNamespace: readlinkSync('/proc/self/ns/pid'),
  };
}

/**
 * Whether `owner` is known to be running. One of another pid namespace (another container)
 * cannot be seen from here and counts as gone; LmdbLog fences it in case it is not.
 */
export function isAlive(owner: Owner): boolean {
  const self = thisOwner();
  if (owner.bootId !== self.bootId || owner.pidNamespace !== self.pidNamespace) return false;
  return startTicksOf(owner.pid) === owner.startTicks;
}

function startTicksOf(pid: number | 'self'): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything; the 22nd field is the 20th after it. A zombie holds nothing.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ESRCH')) return undefined;
    throw thrown;
  }
}
