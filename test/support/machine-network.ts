import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { type HostNetwork, type HostOptions, MachineHost, removeCgroups, removeDirectory } from './machine-host.js';

const run = promisify(execFile);
const slowLink = new URL('./slow-link.pl', import.meta.url).pathname;
const ip = (...args: string[]): Promise<unknown> => run('ip', args);
const inside = (namespace: string, ...command: string[]): Promise<{ stdout: string }> =>
  run('ip', ['netns', 'exec', namespace, ...command]);

/**
 * A segment with hosts on it, apart from the machine's own network:
 *
 *   host --- veth ---+
 *   host --- veth ---+ bridge in the namespace <prefix>-lan, 10.77.N.0/24, gateway .254
 *   host --- router -+
 *
 * Everything that it makes bears the prefix. What a crashed run left is removed first.
 */
export class MachineNetwork {
  readonly #prefix: string;
  readonly #subnet: number;
  readonly #hosts: MachineHost[] = [];
  readonly #links = new Map<string, ChildProcess>();

  private constructor(prefix: string, subnet: number) {
    this.#prefix = prefix;
    this.#subnet = subnet;
  }

  /**
   * @param options.name of the suite: at most 8 letters, distinct among suites that run side by side
   * @param options.subnet third number of the addresses, 0 to 127, distinct too
   */
  static async create({ name, subnet }: { name: string; subnet: number }): Promise<MachineNetwork> {
    const network = new MachineNetwork(`lsm-${name}`, subnet);
    await network.remove();
    const lan = network.#full('lan');
    await ip('netns', 'add', lan);
    await inside(lan, 'ip', 'link', 'add', 'lan', 'type', 'bridge');
    await inside(lan, 'ip', 'address', 'add', `10.77.${subnet}.254/24`, 'dev', 'lan');
    await inside(lan, 'ip', 'link', 'set', 'lan', 'up');
    return network;
  }

  /** Adds a host and switches it on. */
  async addHost(name: string, options: HostOptions): Promise<MachineHost> {
    const namespace = this.#full(name);
    const natted = options.behindNat ?? false;
    const address = natted ? `10.77.${this.#subnet + 128}.${options.number}` : `10.77.${this.#subnet}.${options.number}`;
    const host = new MachineHost({
      name,
      address,
      dir: this.#dirOf(name),
      cgroup: namespace,
      host: options,
      net: natted ? this.#behindRouter(name, address, options) : this.#onSegment(name, address, options),
    });
    this.#hosts.push(host);
    await host.powerOn();
    return host;
  }

  /** Switches everything off and removes it, also what an earlier run left. */
  async remove(): Promise<void> {
    await Promise.all(this.#hosts.splice(0).map((host) => host.powerOff()));
    for (const namespace of await namespaces()) {
      if (!namespace.startsWith(`${this.#prefix}-`)) continue;
      await removeNamespace(namespace);
      await removeCgroups(namespace);
    }
    await removeDirectory(this.#dirOf(''));
  }

  #onSegment(name: string, address: string, options: HostOptions): HostNetwork {
    const namespace = this.#full(name);
    const lan = this.#full('lan');
    const port = `to-${name}`;
    return {
      namespace,
      plugIn: async () => {
        await ip('netns', 'add', namespace);
        await inside(namespace, 'ip', 'link', 'set', 'lo', 'up');
        await this.#plug(namespace, lan, port, options);
        await inside(lan, 'ip', 'link', 'set', port, 'master', 'lan');
        // A network card keeps its address over a power loss: neighbours need not look for it anew.
        await inside(namespace, 'ip', 'link', 'set', 'eth0', 'address', cardOf(address));
        await inside(namespace, 'ip', 'address', 'add', `${address}/24`, 'dev', 'eth0');
        await inside(namespace, 'ip', 'route', 'add', 'default', 'via', `10.77.${this.#subnet}.254`);
      },
      unplug: async () => {
        // At once: the kernel takes its time to bury a namespace, and its cables with it.
        await inside(lan, 'ip', 'link', 'delete', port).catch(() => undefined);
        await this.#unplug(namespace);
      },
    };
  }

  #behindRouter(name: string, address: string, options: HostOptions): HostNetwork {
    const namespace = this.#full(name);
    const router = this.#full(`${name}-gw`);
    const gateway = address.replace(/\d+$/, '254');
    const outside = this.#onSegment(`${name}-gw`, `10.77.${this.#subnet}.${options.number}`, options);
    return {
      namespace,
      plugIn: async () => {
        await outside.plugIn();
        await inside(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
        await inside(
          router,
          'nft',
          'add table ip nat { chain post { type nat hook postrouting priority 100; oifname "eth0" masquerade; }; }',
        );
        await ip('netns', 'add', namespace);
        await inside(namespace, 'ip', 'link', 'set', 'lo', 'up');
        await this.#cable(namespace, 'eth0', router, 'inner');
        await inside(router, 'ip', 'address', 'add', `${gateway}/24`, 'dev', 'inner');
        await inside(namespace, 'ip', 'address', 'add', `${address}/24`, 'dev', 'eth0');
        await inside(namespace, 'ip', 'route', 'add', 'default', 'via', gateway);
      },
      unplug: async () => {
        await this.#unplug(namespace);
        await outside.unplug();
      },
    };
  }

  /** A cable from a host to the segment. */
  async #plug(namespace: string, lan: string, port: string, { latencyMs = 0, lossPercent = 0 }: HostOptions): Promise<void> {
    if (latencyMs === 0 && lossPercent === 0) return this.#cable(namespace, 'eth0', lan, port);
    const far = `${port}-x`;
    const program = [slowLink, port, far, String(latencyMs / 2), String(lossPercent)];
    const link = spawn('ip', ['netns', 'exec', lan, 'perl', ...program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await Promise.race([once(link.stdout, 'data'), once(link, 'exit')])) as [unknown];
    if (typeof said === 'number') throw new Error(`the slow link of ${namespace} ended with ${said}`);
    await inside(lan, 'ip', 'link', 'set', far, 'netns', namespace, 'name', 'eth0');
    await inside(namespace, 'ip', 'link', 'set', 'eth0', 'up');
    await inside(lan, 'ip', 'link', 'set', port, 'up');
    this.#links.set(namespace, link);
  }

  async #unplug(namespace: string): Promise<void> {
    const link = this.#links.get(namespace);
    if (link) {
      this.#links.delete(namespace);
      const ended = once(link, 'exit');
      link.kill('SIGKILL');
      await ended;
    }
    await removeNamespace(namespace);
  }

  async #cable(a: string, nameInA: string, b: string, nameInB: string): Promise<void> {
    await ip('link', 'add', nameInA, 'netns', a, 'type', 'veth', 'peer', 'name', nameInB, 'netns', b);
    await inside(a, 'ip', 'link', 'set', nameInA, 'up');
    await inside(b, 'ip', 'link', 'set', nameInB, 'up');
  }

  #full(name: string): string {
    return `${this.#prefix}-${name}`;
  }

  #dirOf(name: string): string {
    return join('/var/tmp', this.#prefix, name);
  }
}

/** A locally administered MAC address of an IPv4 address' own. */
function cardOf(address: string): string {
  return ['02', '00', ...address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':');
}

/** The veth goes with the namespace, and its other end with it. */
async function removeNamespace(namespace: string): Promise<void> {
  if (!(await namespaces()).includes(namespace)) return;
  await killAllIn(namespace);
  await ip('netns', 'delete', namespace);
}

async function namespaces(): Promise<string[]> {
  const { stdout } = await run('ip', ['netns', 'list']);
  return stdout.split('\n').map((line) => line.split(' ')[0] ?? '');
}

async function killAllIn(namespace: string): Promise<void> {
  for (;;) {
    const { stdout } = await run('ip', ['netns', 'pids', namespace]);
    const pids = stdout.split('\n').filter(Boolean).map(Number);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended meanwhile.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
