import { request } from 'node:http';

import { systemClock } from '../../lib/clock/clock.js';

export interface LoadResult {
  sent: number;
  failures: { atMs: number; message: string }[];
  /** Answers by their body (the name of the pod that gave it). */
  answers: Map<string, number>;
}

/**
 * A steady load of single requests, each on a connection of its own, that does not slow down
 * when answers do. `stop` waits for the requests under way.
 */
export class HttpLoad {
  readonly #result: LoadResult = { sent: 0, failures: [], answers: new Map() };
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #loop: Promise<void>;

  /** @param options.urls asked in turn */
  constructor(options: { urls: readonly string[]; perSecond: number; timeoutMs?: number }) {
    this.#loop = this.#run(options.urls, 1000 / options.perSecond, options.timeoutMs ?? 5_000);
  }

  get sent(): number {
    return this.#result.sent;
  }

  async stop(): Promise<LoadResult> {
    this.#stop.abort();
    await this.#loop;
    await Promise.all(this.#running);
    return this.#result;
  }

  async #run(urls: readonly string[], periodMs: number, timeoutMs: number): Promise<void> {
    const startedMs = systemClock.monotonic();
    for (let index = 0; !this.#stop.signal.aborted; index++) {
      const url = urls[index % urls.length] ?? '';
      const one = this.#ask(url, timeoutMs).finally(() => this.#running.delete(one));
      this.#running.add(one);
      await systemClock.sleep(Math.max(1, startedMs + (index + 1) * periodMs - systemClock.monotonic()));
    }
  }

  async #ask(url: string, timeoutMs: number): Promise<void> {
    this.#result.sent++;
    const atMs = systemClock.now();
    try {
      const body = await fetchOnce(url, timeoutMs);
      this.#result.answers.set(body, (this.#result.answers.get(body) ?? 0) + 1);
    } catch (thrown) {
      this.#result.failures.push({ atMs, message: `${url}: ${thrown instanceof Error ? thrown.message : String(thrown)}` });
    }
  }
}

/** The body of one GET on a fresh connection. @throws on any status but 200, and after timeoutMs */
export function fetchOnce(url: string, timeoutMs = 5_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`HTTP ${response.statusCode ?? 0}: ${body}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
