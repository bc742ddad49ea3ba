import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import Docker from 'dockerode';

import { systemClock } from '../../lib/clock/clock.js';

const run = promisify(execFile);
const longshore = new URL('../../bin/longshore.js', import.meta.url).pathname;

/** Where and how a host is on the network. */
export interface HostOptions {
  /** Last number of its address. */
  number: number;
  /** A Docker Engine of its own. Default true. */
  engine?: boolean;
  /** Round trip to everything else. */
  latencyMs?: number;
  /** Of what it sends and of what is sent to it. */
  lossPercent?: number;
  /** Behind a router that masquerades: it reaches the segment, nothing there reaches it. */
  behindNat?: boolean;
}

/**
 * A machine made of this one: network, processes, mounts, host name, /run, /var/lib/docker and
 * /var/lib/longshore of its own, so that every default path is its own too. Switching it off
 * kills everything in it in one stroke, as a power cut does; its disks stay.
 */
export class MachineHost {
  readonly name: string;
  readonly address: string;
  readonly options: HostOptions;
  readonly #net: HostNetwork;
  readonly #dir: string;
  readonly #cgroup: string;
  #machine: ChildProcess | undefined;
  #init = 0;
  readonly #logs = new Set<string>();

  /** Use MachineNetwork.addHost. */
  constructor(options: { name: string; dir: string; address: string; cgroup: string; net: HostNetwork; host: HostOptions }) {
    this.name = options.name;
    this.#dir = options.dir;
    this.address = options.address;
    this.#cgroup = options.cgroup;
    this.#net = options.net;
    this.options = options.host;
  }

  /** Its own Docker Engine. */
  get docker(): Docker {
    return new Docker({ socketPath: this.path('/run/docker.sock') });
  }

  /** A path of the host as this process sees it. */
  path(path: string): string {
    return `/proc/${this.#init}/root${path}`;
  }

  /** The log of something that was started; it outlives the host. */
  logFile(name: string): string {
    return join(this.#dir, `${name}.log`);
  }

  async log(name: string): Promise<string> {
    return readFile(this.logFile(name), 'utf8');
  }

  /** Connects the cable, starts init and, if it has one, the engine. */
  async powerOn(): Promise<void> {
    await this.#net.plugIn();
    await mkdir(this.#dir, { recursive: true });
    const machine = spawn(
      'nsenter',
      [`--net=/run/netns/${this.#net.namespace}`, ...unshare, 'bash', '-c', boot, 'init', this.name, this.#dir],
      {
        stdio: ['ignore', 'pipe', openSync(this.logFile('boot'), 'a')],
      },
    );
    this.#machine = machine;
    await once(machine.stdout!, 'data');
    this.#init = Number((await readFile(`/proc/${machine.pid!}/task/${machine.pid!}/children`, 'utf8')).trim());
    if (this.options.engine ?? true) await this.#startEngine();
  }

  /** Everything that runs in it is gone; so are its routes, rules, and all that is not on a disk. */
  async powerOff(): Promise<void> {
    const machine = this.#machine;
    if (machine) {
      this.#machine = undefined;
      const ended = once(machine, 'exit');
      process.kill(this.#init, 'SIGKILL');
      await ended;
    }
    await this.#net.unplug();
    await removeCgroups(this.#cgroup);
  }

  /** Runs a program in it to its end. @returns its output @throws with `code`, `stdout` and `stderr` */
  async run(file: string, ...args: string[]): Promise<string> {
    return (await this.#exec(file, args)).stdout;
  }

  /** How a program in it ended, whatever it ended with. */
  async attempt(file: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    try {
      return { code: 0, ...(await this.#exec(file, args)) };
    } catch (thrown) {
      const { code, stdout, stderr } = thrown as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    }
  }

  /** Runs the longshore command in it. */
  longshore(...args: string[]): Promise<string> {
    return this.run(process.execPath, longshore, ...args);
  }

  attemptLongshore(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return this.attempt(process.execPath, longshore, ...args);
  }

  /** Starts a long-lived longshore command; its output is appended to {@link logFile}. */
  startLongshore(log: string, ...args: string[]): void {
    this.#start(log, process.execPath, longshore, ...args);
  }

  /** The processes in it whose command line matches, by its own pid numbers. */
  async pids(pattern: string): Promise<number[]> {
    const { stdout } = await this.attempt('pgrep', '-f', pattern);
    return stdout.split('\n').filter(Boolean).map(Number);
  }

  /** Signals the processes in it whose command line matches; there must be some. */
  async kill(signal: NodeJS.Signals, pattern: string): Promise<void> {
    await this.run('pkill', `-${signal.slice(3)}`, '-f', pattern);
  }

  /** Prints the ends of its logs. */
  async showLogs(lines = 15): Promise<void> {
    for (const log of this.#logs) {
      const text = await this.log(log);
      console.error(
        `--- ${this.name}: ${log}\n${text
          .split('\n')
          .slice(-lines)
          .map((line) => line.slice(0, 400))
          .join('\n')}`,
      );
    }
  }

  #start(log: string, file: string, ...args: string[]): void {
    this.#logs.add(log);
    const output = openSync(this.logFile(log), 'a');
    spawn('nsenter', this.#inside(file, args), { stdio: ['ignore', output, output] });
  }

  #exec(file: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    return run('nsenter', this.#inside(file, args), {
      maxBuffer: 8 * 2 ** 20,
      timeout: 120_000,
      env: { ...process.env, HOME: '/root' },
    });
  }

  #inside(file: string, args: readonly string[]): string[] {
    return ['--target', String(this.#init), '--net', '--pid', '--mount', '--uts', '--ipc', file, ...args];
  }

  async #startEngine(): Promise<void> {
    this.#start('dockerd', 'dockerd', '--bridge=none', '--cgroup-parent', `/${this.#cgroup}`, '--userland-proxy=false');
    for (let tries = 0; ; tries += 1) {
      try {
        await this.docker.ping();
        return;
      } catch (thrown) {
        if (tries > 300)
          throw new Error(`the engine of ${this.name} does not answer: ${this.logFile('dockerd')}`, { cause: thrown });
        await systemClock.sleep(100);
      }
    }
  }
}

/** A host's place on the network. */
export interface HostNetwork {
  namespace: string;
  plugIn(): Promise<void>;
  unplug(): Promise<void>;
}

const unshare = [
  'unshare',
  '--mount',
  '--uts',
  '--ipc',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
  '--propagation',
  'private',
];

/**
 * What the first process of a host does. Arguments: name, directory. It mounts what must be
 * the host's own, says that it is done, and then only buries the dead.
 */
const boot = `
set -e
hostname "$1"
disk=$2/disk
mkdir -p "$2/cgroup" "$disk/docker" "$disk/longshore" "$disk/etc" "$disk/root"
mount --rbind /sys/fs/cgroup "$2/cgroup"
mount -t sysfs sysfs /sys
mount --rbind "$2/cgroup" /sys/fs/cgroup
mount -t tmpfs tmpfs /run
mkdir -p /run/lock /var/lib/docker /var/lib/longshore /etc/longshore
mount --bind "$disk/docker" /var/lib/docker
mount --bind "$disk/longshore" /var/lib/longshore
mount --bind "$disk/etc" /etc/longshore
mount --bind "$disk/root" /root
echo ready
sleep infinity &
wait
`;

/** Engines leave the groups of containers that ended with them. */
export async function removeCgroups(name: string): Promise<void> {
  await run('bash', [
    '-c',
    'find /sys/fs/cgroup -depth -type d -path "*/$1/*" -o -depth -type d -name "$1" | sort -r | xargs -r rmdir 2>/dev/null || true',
    'x',
    name,
  ]);
}

export async function removeDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}
