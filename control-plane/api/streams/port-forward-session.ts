import type { Duplex } from 'node:stream';

import type { Clock } from '../../../lib/clock/clock.js';
import { isError, LongshoreError } from '../../../lib/errors/errors.js';
import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { SpdyStream } from '../../../lib/spdy/spdy-stream.js';
import { joinDuplex } from '../../../lib/streams/join-duplex.js';

/** How long the second stream of a pair may take. */
const pairMs = 30_000;
/** Pairs that have only one stream yet. */
const maxHalves = 1_000;

export interface PortForwardSessionOptions {
  pod: Pod;
  dial: (port: number, signal: AbortSignal) => Promise<Duplex>;
  clock: Clock;
  /** Called whenever data goes either way. */
  onActivity: () => void;
  /** Aborts when the client is gone. */
  signal: AbortSignal;
}

interface Half {
  stream: SpdyStream;
  cancelTimer: () => void;
}

/**
 * One client's forwarded connections. For each the client opens two streams with one request
 * id: "data" becomes the connection, "error" says why it could not be made or broke. What
 * befalls one connection leaves the others alone.
 */
export class PortForwardSession {
  readonly #options: PortForwardSessionOptions;
  /** By request id, waiting for the other stream of the pair. */
  readonly #halves = new Map<string, Half>();

  constructor(options: PortForwardSessionOptions) {
    this.#options = options;
  }

  /** A stream that the client opened. */
  add(stream: SpdyStream): void {
    const type = stream.headers.get('streamtype');
    const port = Number(stream.headers.get('port'));
    if ((type !== 'data' && type !== 'error') || !Number.isInteger(port) || port < 1 || port > 65_535) {
      stream.destroy();
      return;
    }
    // Clients from before request ids open the streams of a pair one after the other.
    const id = stream.headers.get('requestid') ?? '';
    const half = this.#halves.get(id);
    if (!half) {
      this.#wait(id, stream);
      return;
    }
    half.cancelTimer();
    this.#halves.delete(id);
    if (half.stream.headers.get('streamtype') === type) {
      half.stream.destroy();
      stream.destroy();
    } else if (type === 'data') void this.#forward(port, stream, half.stream);
    else void this.#forward(port, half.stream, stream);
  }

  #wait(id: string, stream: SpdyStream): void {
    if (this.#halves.size >= maxHalves) {
      stream.destroy();
      return;
    }
    const cancelTimer = this.#options.clock.after(pairMs, () => {
      this.#halves.delete(id);
      stream.destroy();
    });
    stream.once('close', () => {
      if (this.#halves.get(id)?.stream !== stream) return;
      cancelTimer();
      this.#halves.delete(id);
    });
    this.#halves.set(id, { stream, cancelTimer });
  }

  /** Never rejects: what went wrong is told on the error stream. */
  async #forward(port: number, data: SpdyStream, error: SpdyStream): Promise<void> {
    const { dial, signal, onActivity } = this.#options;
    // The client has nothing to say on it.
    error.resume();
    const life = new AbortController();
    const leave = (): void => life.abort(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    // One that ended in good order may still have data on its way to the pod.
    data.once('close', () => (data.readableEnded && data.writableFinished) || leave());
    if (signal.aborted || data.destroyed) leave();
    try {
      await connect(await dial(port, life.signal), data, onActivity, life.signal);
      error.end();
    } catch (thrown) {
      // Clients give all connections up when one tells of an error: that one of them was reset is none.
      const silent = data.errored !== null || isError(thrown, 'Cancelled');
      await new Promise<void>((resolve) => error.end(silent ? '' : this.#message(port, thrown), () => resolve()));
      // After the reason, which is what the client should see first.
      data.destroy();
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  #message(port: number, thrown: unknown): string {
    const { name, namespace = '', uid = '' } = this.#options.pod.metadata;
    return `error forwarding port ${port} to pod ${namespace}/${name}, uid ${uid}: ${LongshoreError.from(thrown).message}`;
  }
}

/** Joins a pod's connection with a client's stream; it is closed when that is done, broken or no longer wanted. */
async function connect(connection: Duplex, data: SpdyStream, onActivity: () => void, signal: AbortSignal): Promise<void> {
  const destroy = (): void => void connection.destroy();
  connection.on('error', () => undefined);
  signal.addEventListener('abort', destroy, { once: true });
  if (signal.aborted) destroy();
  try {
    await joinDuplex(data, connection, onActivity);
  } finally {
    destroy();
  }
}
