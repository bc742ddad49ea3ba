import { randomUUID } from 'node:crypto';

import type { Clock } from '../../../lib/clock/clock.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { ListenResponse } from '../../../proto/gen/longshore/streams/v1/streams.js';
import type { AgentStream } from './agent-stream.js';

interface Waiting {
  nodeName: string;
  resolve: (stream: AgentStream) => void;
}

/** How long an agent may take to answer a request with Attach. */
const attachTimeoutMs = 10_000;
/** Requests that an agent has not read yet; it reads at once, so more mean that it hangs. */
const maxUnread = 256;
/** Streams of one node at a time; its connection carries 1,000. */
const maxOpen = 500;

/**
 * Brings together who asks something of a container and the agent that answers: a request
 * goes out on the node's Listen stream, the agent opens Attach with the request's id.
 */
export class AgentStreams {
  readonly #clock: Clock;
  readonly #listeners = new Map<string, RequestQueue>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #open = new Map<string, number>();

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
  }

  /**
   * Asks the agent of `nodeName`. The caller closes the stream that it gets.
   * @throws LongshoreError Unavailable (agent not connected), DeadlineExceeded (no answer), Cancelled,
   *   ResourceExhausted (too many streams of the node are open)
   */
  async ask(nodeName: string, request: Omit<ListenResponse, 'streamId'>, signal: AbortSignal): Promise<AgentStream> {
    const listener = this.#listeners.get(nodeName);
    if (!listener || listener.length >= maxUnread) {
      throw new LongshoreError(
        'Unavailable',
        `node ${nodeName} is not connected: its kubelet agent is not running or cannot reach the control plane`,
        { fields: { node: nodeName } },
      );
    }
    if ((this.#open.get(nodeName) ?? 0) >= maxOpen) {
      throw new LongshoreError('ResourceExhausted', `node ${nodeName} has ${maxOpen} streams open: close some, then try again`);
    }
    const streamId = randomUUID();
    return new Promise<AgentStream>((resolve, reject) => {
      const settle = (): void => {
        this.#waiting.delete(streamId);
        signal.removeEventListener('abort', onAbort);
        cancelTimer();
      };
      const onAbort = (): void => {
        settle();
        reject(new LongshoreError('Cancelled', 'the request was cancelled'));
      };
      const cancelTimer = this.#clock.after(attachTimeoutMs, () => {
        settle();
        reject(
          new LongshoreError(
            'DeadlineExceeded',
            `the kubelet agent of node ${nodeName} did not answer in ${attachTimeoutMs / 1_000} s`,
          ),
        );
      });
      this.#waiting.set(streamId, {
        nodeName,
        resolve: (stream) => {
          settle();
          resolve(stream);
        },
      });
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      else listener.push({ ...request, streamId });
    });
  }

  /** The requests for `nodeName` from now on; replaces an older listener of the node, which ends. */
  async *listen(nodeName: string, signal: AbortSignal): AsyncGenerator<ListenResponse, void, undefined> {
    const queue = new RequestQueue();
    this.#listeners.get(nodeName)?.close();
    this.#listeners.set(nodeName, queue);
    try {
      for (;;) {
        const request = await queue.next(signal);
        if (!request) return;
        yield request;
      }
    } finally {
      if (this.#listeners.get(nodeName) === queue) this.#listeners.delete(nodeName);
    }
  }

  /**
   * Hands the agent's Attach stream to who asked for it.
   * @throws LongshoreError NotFound when nobody waits (any longer)
   */
  attach(nodeName: string, streamId: string, stream: AgentStream): void {
    const waiting = this.#waiting.get(streamId);
    if (waiting?.nodeName !== nodeName) throw new LongshoreError('NotFound', 'nobody waits for this stream');
    this.#count(nodeName, 1);
    stream.signal.addEventListener('abort', () => this.#count(nodeName, -1), { once: true });
    waiting.resolve(stream);
  }

  /** Streams that are open, by node. */
  get open(): ReadonlyMap<string, number> {
    return this.#open;
  }

  #count(nodeName: string, change: 1 | -1): void {
    const count = (this.#open.get(nodeName) ?? 0) + change;
    if (count > 0) this.#open.set(nodeName, count);
    else this.#open.delete(nodeName);
  }

  isConnected(nodeName: string): boolean {
    return this.#listeners.has(nodeName);
  }
}

/** Requests in order for one reader. */
class RequestQueue {
  readonly #requests: ListenResponse[] = [];
  #closed = false;
  #wake: (() => void) | undefined;

  get length(): number {
    return this.#requests.length;
  }

  push(request: ListenResponse): void {
    this.#requests.push(request);
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** @returns undefined once the queue is closed. @throws the signal's reason */
  async next(signal: AbortSignal): Promise<ListenResponse | undefined> {
    while (!this.#closed) {
      signal.throwIfAborted();
      const request = this.#requests.shift();
      if (request) return request;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#wake = undefined;
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#wake = wake;
        signal.addEventListener('abort', wake, { once: true });
      });
    }
    return undefined;
  }
}
