import { readdir, readFile } from 'node:fs/promises';

/** A running process of a local cluster. */
export interface RunningProcess {
  pid: number;
  /** The folder after --data-dir or --state-dir, which names the process. */
  stateDir: string;
  residentBytes: number;
  startedAtMs: number;
}

const ticksPerSecond = 100;
const pageBytes = 4096;

/**
 * The cluster's processes as the kernel sees them: there is no pid file that could be stale.
 * @param dir the cluster's folder
 */
export async function readProcessTable(dir: string): Promise<RunningProcess[]> {
  const bootMs = await readBootTime();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => readProcess(pid, dir, bootMs)));
  return found.filter((process) => process !== undefined);
}

async function readProcess(pid: number, dir: string, bootMs: number): Promise<RunningProcess | undefined> {
  try {
    const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    const stateDir = stateDirOf(args);
    if (!stateDir?.startsWith(`${dir}/`)) return undefined;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Fields after the command name, which may hold spaces: state is the first of them.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    return {
      pid,
      stateDir,
      residentBytes: Number(fields[21]) * pageBytes,
      startedAtMs: bootMs + (Number(fields[19]) / ticksPerSecond) * 1000,
    };
  } catch {
    // The process ended while it was looked at: it is not there.
    return undefined;
  }
}

/** The state folder of a long-running Longshore process, or undefined for anything else. */
export function stateDirOf(args: readonly string[]): string | undefined {
  const program = args.findIndex((arg) => /\/(control-plane|kubelet-agent|kube-proxy)\/main\.js$/.test(arg));
  // A subcommand (token, cleanup) stands right behind the program and is no server.
  const first = args[program + 1] ?? '';
  if (program < 0 || !(first.startsWith('--') || first === 'run-fake')) return undefined;
  const flag = args.findIndex((arg) => arg === '--data-dir' || arg === '--state-dir');
  return flag < 0 ? undefined : args[flag + 1];
}

async function readBootTime(): Promise<number> {
  const line = /^btime (\d+)$/m.exec(await readFile('/proc/stat', 'utf8'));
  return Number(line?.[1] ?? 0) * 1000;
}
