import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

import { requireCluster, type Cluster } from '../../lib/local-cluster/cluster-file.js';
import { layoutOf, type Layout } from '../../lib/local-cluster/layout.js';
import { computeProcessSpecs } from '../../lib/local-cluster/process-specs.js';
import { readProcessTable } from '../../lib/local-cluster/process-table.js';
import { systemClock } from '../../lib/clock/clock.js';

const run = promisify(execFile);
const longshore = new URL('../../bin/longshore.js', import.meta.url).pathname;

/** A local cluster of real processes, started and driven by the real command. */
export class LocalCluster {
  readonly dir: string;
  readonly layout: Layout;
  readonly #flags: string[];
  readonly #command: string;

  /**
   * @param options.command the bin/longshore.js to use; default: the checkout's
   * @param options.net number that keeps this cluster's addresses and ports apart from others': 1 to 50
   */
  constructor(options: { name: string; net: number; nodes?: number; command?: string }) {
    this.#command = options.command ?? longshore;
    this.dir = `/var/lib/longshore/test-${options.name}`;
    this.layout = layoutOf(this.dir);
    this.#flags = [
      ...['--dir', this.dir, '--nodes', String(options.nodes ?? 3)],
      ...[
        '--pod-net',
        String(100 + options.net),
        '--service-net',
        String(150 + options.net),
        '--port',
        String(20_000 + options.net * 200),
      ],
    ];
  }

  /** `longshore up`: starts what does not run. */
  async up(): Promise<string> {
    return (await run(process.execPath, [this.#command, 'up', ...this.#flags], { timeout: 120_000 })).stdout;
  }

  async down(...flags: string[]): Promise<void> {
    await run(process.execPath, [this.#command, 'down', '--dir', this.dir, ...flags], { timeout: 120_000 });
  }

  async quickstart(): Promise<string> {
    return (await run(process.execPath, [this.#command, 'quickstart', ...this.#flags], { timeout: 180_000 })).stdout;
  }

  async status(): Promise<string> {
    return (await run(process.execPath, [this.#command, 'status', '--dir', this.dir], { timeout: 30_000 })).stdout;
  }

  async longshore(...args: string[]): Promise<string> {
    return (await run(process.execPath, [this.#command, ...args, '--dir', this.dir], { timeout: 30_000 })).stdout;
  }

  async describe(): Promise<Cluster> {
    return requireCluster(this.layout);
  }

  /** Runs kubectl with nothing but KUBECONFIG. @throws with kubectl's standard error */
  async kubectl(...args: string[]): Promise<string> {
    return (await run('kubectl', args, { env: this.#env(), timeout: 120_000, maxBuffer: 16 * 1024 * 1024 })).stdout;
  }

  /** `kubectl apply -f -` of one or several objects. */
  async apply(...objects: object[]): Promise<string> {
    const child = spawn('kubectl', ['apply', '-f', '-'], { env: this.#env(), stdio: ['pipe', 'pipe', 'pipe'] });
    const output: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => output.push(text));
    child.stdin.end(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    const [code] = (await once(child, 'close')) as [number];
    if (code !== 0) throw new Error(`kubectl apply failed: ${output.join('')}`);
    return output.join('');
  }

  async getJson<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.kubectl('get', ...args, '-o', 'json')) as T;
  }

  /** @param name as in `longshore status`: control-plane, kubelet-agent-node-1 ... */
  async pidOf(name: string): Promise<number> {
    const spec = computeProcessSpecs(await this.describe(), this.layout).find((candidate) => candidate.name === name);
    const found = (await readProcessTable(this.dir)).find(({ stateDir }) => stateDir === spec?.stateDir);
    if (!found) throw new Error(`${name} does not run`);
    return found.pid;
  }

  async kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    process.kill(await this.pidOf(name), signal);
  }

  #env(): NodeJS.ProcessEnv {
    return { ...process.env, KUBECONFIG: this.layout.kubeconfig };
  }
}

/**
 * Waits until `check` holds.
 * @throws after `timeoutMs` with what `check` said last
 */
export async function eventually(what: string, timeoutMs: number, check: () => Promise<boolean | string>): Promise<void> {
  const deadline = systemClock.monotonic() + timeoutMs;
  let last: boolean | string = false;
  for (;;) {
    try {
      last = await check();
    } catch (thrown) {
      last = thrown instanceof Error ? thrown.message : String(thrown);
    }
    if (last === true) return;
    if (systemClock.monotonic() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms (last: ${String(last)})`);
    await systemClock.sleep(100);
  }
}
