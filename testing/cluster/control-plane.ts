import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import type { LocalParts } from './backend.js';

const name = 'control-plane';

/** The control plane of a local cluster. What it acknowledged survives all of this. */
export class ControlPlane {
  readonly #processes: LocalParts['processes'];

  constructor(options: { local: LocalParts; client: ApiClient }) {
    this.#processes = options.local.processes;
  }

  /** kill -9; resolves once it is gone. */
  async kill(): Promise<void> {
    await this.#processes.kill(name);
  }

  /** Starts it unless it runs, and waits until it is ready. */
  async start(): Promise<void> {
    await this.#processes.start(name);
    await this.#processes.untilReady(name);
  }

  /** Stops it as a service manager does (SIGTERM), and starts it again. */
  async restart(): Promise<void> {
    await this.#processes.stop(name);
    await this.start();
  }

  /** Freezes it: connections stay open and nothing is answered. */
  async pause(): Promise<void> {
    await this.#processes.signal(name, 'SIGSTOP');
  }

  async resume(): Promise<void> {
    await this.#processes.signal(name, 'SIGCONT');
  }
}
