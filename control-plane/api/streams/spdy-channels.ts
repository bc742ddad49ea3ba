import { PassThrough, type Readable, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

import { abortReason, type Clock } from '../../../lib/clock/clock.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { Status } from '../../../lib/kubernetes/types/meta-v1.js';
import type { SpdyConnection } from '../../../lib/spdy/spdy-connection.js';
import type { SpdyStream } from '../../../lib/spdy/spdy-stream.js';
import { writeChunk } from '../../../lib/streams/write-chunk.js';
import type { ProcessChannels } from './process-channels.js';
import { parseTerminalSize } from './terminal-size.js';

/** Kubernetes' remote command protocol over SPDY that tells exit codes. */
export const spdyProcessProtocol = 'v4.channel.k8s.io';

/** How long a client may take to open its streams. */
const openMs = 30_000;
const maxSizeBytes = 1_024;

interface Terminal {
  onResize: (columns: number, rows: number) => void;
}

type Name = 'error' | 'stdin' | 'stdout' | 'stderr';

/** Exec and attach over SPDY: each channel is a stream that the client opens, named by its header. */
export class SpdyChannels implements ProcessChannels {
  readonly stdin: Readable;
  readonly #connection: SpdyConnection;
  readonly #streams: ReadonlyMap<string, SpdyStream>;
  readonly #terminal: Terminal;

  private constructor(connection: SpdyConnection, streams: ReadonlyMap<string, SpdyStream>, terminal: Terminal) {
    this.#connection = connection;
    this.#streams = streams;
    this.#terminal = terminal;
    this.stdin = streams.get('stdin') ?? new PassThrough();
  }

  /**
   * Waits until the client has opened the streams of what it asked for, and the one for errors.
   * @param accept answers the handshake
   * @throws LongshoreError DeadlineExceeded; the signal's reason
   */
  static async open(
    accept: (onStream: (stream: SpdyStream) => void) => SpdyConnection,
    wanted: { stdin: boolean; stdout: boolean; stderr: boolean },
    clock: Clock,
    signal: AbortSignal,
  ): Promise<SpdyChannels> {
    const names: Name[] = ['error', ...(['stdin', 'stdout', 'stderr'] as const).filter((name) => wanted[name])];
    const streams = new Map<string, SpdyStream>();
    let opened: () => void = () => undefined;
    const terminal: Terminal = { onResize: () => undefined };
    const connection = accept((stream) => {
      const name = stream.headers.get('streamtype') ?? '';
      if (name === 'resize') void followSizes(stream, terminal);
      else if (!names.includes(name as Name) || streams.has(name)) stream.destroy();
      else streams.set(name, stream);
      if (names.every((needed) => streams.has(needed))) opened();
    });
    await within(openMs, clock, signal, (resolve) => (opened = resolve)).catch((thrown: unknown) => {
      connection.close();
      throw thrown;
    });
    return new SpdyChannels(connection, streams, terminal);
  }

  onResize(listener: (columns: number, rows: number) => void): void {
    this.#terminal.onResize = listener;
  }

  async write(name: 'stdout' | 'stderr', data: Uint8Array): Promise<void> {
    const stream = this.#streams.get(name);
    if (stream) await writeChunk(stream, data);
  }

  async finish(status: Status): Promise<void> {
    const ends = [...this.#streams].map(([name, stream]) => end(stream, name === 'error' ? JSON.stringify(status) : undefined));
    // A client that is gone needs no status.
    await Promise.allSettled(ends);
    this.#connection.close();
  }
}

async function end(stream: Writable, last: string | undefined): Promise<void> {
  stream.end(last);
  await finished(stream, { readable: false });
}

/** Sizes of the client's terminal: JSON, one after the other. */
async function followSizes(stream: SpdyStream, terminal: Terminal): Promise<void> {
  let text = '';
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      text += chunk.toString('utf8');
      for (let end = text.indexOf('}'); end >= 0; end = text.indexOf('}')) {
        const size = parseTerminalSize(text.slice(0, end + 1));
        text = text.slice(end + 1);
        if (size) terminal.onResize(size.columns, size.rows);
      }
      if (text.length > maxSizeBytes) return;
    }
  } catch {
    // The connection is over, and with it the terminal.
  }
}

function within(ms: number, clock: Clock, signal: AbortSignal, wait: (resolve: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      cancel();
      signal.removeEventListener('abort', leave);
      act();
    };
    const leave = (): void => settle(() => reject(abortReason(signal)));
    const cancel = clock.after(ms, () =>
      settle(() => reject(new LongshoreError('DeadlineExceeded', `the client did not open its streams within ${ms / 1_000} s`))),
    );
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    else wait(() => settle(resolve));
  });
}
