import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

import { findFreePorts } from '../../../lib/local-cluster/free-ports.js';
import { ensureTestImage } from '../images.js';

const run = promisify(execFile);
const root = new URL('../../../', import.meta.url).pathname;

export interface Ended {
  code: number;
  output: string;
}

/** A lab of its own beside a user's, driven by the real command; its image is built on a base that is made here. */
export class TestLab {
  readonly project: string;
  readonly #firstPort: number;
  readonly #folder: string;

  /** @param options.port where to look for free ports */
  constructor(options: { name: string; port: number }) {
    // Checkouts that are tested at the same time do not meet, and one finds again what its last run left.
    const checkout = createHash('sha256').update(root).digest('hex').slice(0, 6);
    this.project = `longshore-lab-${options.name}-${checkout}`;
    this.#firstPort = options.port;
    this.#folder = `/tmp/${this.project}`;
  }

  get kubeconfig(): string {
    return `${this.#folder}/config`;
  }

  /** Name of the image that its containers run. */
  get image(): string {
    return `longshore-test/${this.project}`;
  }

  /** {@link start} from nothing, with the base image made where it is missing, and the image of the experiments on every node. */
  async up(nodes: number): Promise<void> {
    await run(`${root}test/support/lab/base-image.sh`, { maxBuffer: 64 * 1024 * 1024 });
    await this.longshore('down');
    await this.start(nodes);
    const loaded = await this.longshore('load', await ensureTestImage('busybox'));
    if (loaded.code !== 0) throw new Error(loaded.output);
  }

  /** `longshore lab up`. */
  async start(nodes: number): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const [port] = await findFreePorts(this.#firstPort, 1);
    const flags = ['--nodes', String(nodes), '--port', String(port), '--base-image', 'longshore-test/lab-base:1'];
    const { code, output } = await this.longshore('up', ...flags);
    if (code !== 0) throw new Error(`longshore lab up ended with ${code}\n${output}`);
  }

  /** Takes the lab down with its image. */
  async down(): Promise<void> {
    const { code, output } = await this.longshore('down');
    if (code !== 0) throw new Error(`longshore lab down ended with ${code}\n${output}`);
    await run('docker', ['image', 'rm', '--force', this.image]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** `longshore lab ...`. */
  longshore(...args: string[]): Promise<Ended> {
    return this.#run(process.execPath, [`${root}bin/longshore.js`, 'lab', ...args]);
  }

  /** One of lab/experiments. */
  experiment(name: string): Promise<Ended> {
    return this.#run('sh', [`${root}lab/experiments/${name}.sh`]);
  }

  /** kubectl that must succeed. @returns what it printed */
  async kubectl(...args: string[]): Promise<string> {
    return this.#ok('kubectl', ...args);
  }

  /** docker that must succeed. @returns what it printed */
  async docker(...args: string[]): Promise<string> {
    return this.#ok('docker', ...args);
  }

  /** The image of the experiments as a file. */
  async savedImage(): Promise<string> {
    const file = `${this.#folder}/image.tar`;
    await this.docker('save', '-o', file, await ensureTestImage('busybox'));
    return file;
  }

  /** A pod that sleeps on a node; it is Ready when this resolves. */
  async startPod(name: string, node: string): Promise<void> {
    const image = await ensureTestImage('busybox');
    const overrides = `--overrides={"spec":{"nodeName":"${node}"}}`;
    await this.kubectl('run', name, `--image=${image}`, '--restart=Always', overrides, '--command', '--', 'sleep', '3600');
    await this.kubectl('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s');
  }

  /** Ids of the lab's containers. */
  async containers(...filters: string[]): Promise<string[]> {
    const labels = [`project=${this.project}`, ...filters].flatMap((filter) => [
      '--filter',
      `label=com.docker.compose.${filter}`,
    ]);
    return (await this.docker('ps', '-aq', '--no-trunc', ...labels)).split('\n').filter(Boolean).sort();
  }

  async #ok(file: string, ...args: string[]): Promise<string> {
    const { code, output } = await this.#run(file, args);
    if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}\n${output}`);
    return output;
  }

  #run(file: string, args: string[]): Promise<Ended> {
    const env = {
      ...process.env,
      COMPOSE_PROJECT_NAME: this.project,
      KUBECONFIG: this.kubeconfig,
      LAB_APP_IMAGE: 'longshore-test/busybox:1',
      LONGSHORE_LAB_IMAGE: this.image,
      LONGSHORE_LAB_KUBECONFIG: this.#folder,
      LONGSHORE_LAB_NODE_PORTS: `${this.#firstPort + 1}-${this.#firstPort + 99}`,
    };
    return new Promise((resolve) => {
      execFile(file, args, { env, timeout: 280_000, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 255) : 0;
        resolve({ code, output: stdout + stderr });
      });
    });
  }
}
