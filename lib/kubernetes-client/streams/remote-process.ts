import { PassThrough, type Readable, Writable } from 'node:stream';

import type { WebSocket } from 'ws';

import { LongshoreError } from '../../errors/errors.js';
import type { Status } from '../../kubernetes/types/meta-v1.js';
import { messageBytes, remoteChannel as channel, remoteMessage } from '../../streams/remote-command.js';
import { frameBytes } from '../../streams/stream-window.js';

/** A process in a container, as exec and attach connect to it. */
export interface RemoteProcess {
  /** Present when stdin was asked for. Ending it ends the process's stdin. */
  readonly stdin?: Writable;
  /** Not read, it makes the process wait. */
  readonly stdout: Readable;
  /** Absent with a terminal, whose one output is stdout. */
  readonly stderr?: Readable;
  /** Of its terminal, in characters. */
  resize(columns: number, rows: number): void;
  /**
   * How it ended: its exit code, 0 for one that was attached to; or a message when the streams
   * broke before, with code 1. Settles when everything that it wrote has come. Never rejects.
   */
  readonly exit: Promise<{ code: number; message?: string }>;
  /** Disconnects; the process may go on. Safe to repeat. */
  close(): void;
}

/** A WebSocket that speaks v5.channel.k8s.io as a process. */
export function remoteProcess(webSocket: WebSocket, options: { stdin: boolean; tty: boolean }): RemoteProcess {
  const send = (number: number, data: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      webSocket.send(remoteMessage(number, data), (error) => (error ? reject(error) : resolve()));
    });
  const outputs = new Map<number, PassThrough>([[channel.stdout, new PassThrough()]]);
  if (!options.tty) outputs.set(channel.stderr, new PassThrough());
  const resume = (): void => {
    if ([...outputs.values()].every((output) => !output.writableNeedDrain)) webSocket.resume();
  };
  for (const output of outputs.values()) {
    output.on('drain', resume);
    // Nobody reads it any longer: the rest is dropped.
    output.on('close', resume);
  }
  const exit = new Promise<{ code: number; message?: string }>((resolve) => {
    let told: { code: number; message?: string } | undefined;
    webSocket.on('message', (raw) => {
      const message = messageBytes(raw);
      const [number = -1] = message;
      const output = outputs.get(number);
      if (number === channel.error && message.length > 1) told = exitOf(message.subarray(1).toString('utf8'));
      else if (output && !output.destroyed && message.length > 1 && !output.write(message.subarray(1))) webSocket.pause();
    });
    webSocket.on('close', () => {
      for (const output of outputs.values()) output.end();
      resolve(told ?? { code: 1, message: 'the connection to the API server broke' });
    });
  });
  const [stdout, stderr] = [outputs.get(channel.stdout), outputs.get(channel.stderr)];
  if (!stdout) throw new LongshoreError('Internal', 'a process has a stdout');
  return {
    ...(options.stdin && { stdin: inputOf(send) }),
    stdout,
    ...(stderr && { stderr }),
    resize: (columns, rows) => {
      // One that does not arrive any longer has nothing to size.
      send(channel.resize, Buffer.from(JSON.stringify({ Width: columns, Height: rows }))).catch(() => undefined);
    },
    exit,
    close: () => webSocket.terminate(),
  };
}

function inputOf(send: (number: number, data: Uint8Array) => Promise<void>): Writable {
  // Servers take messages of limited size.
  const sendInPieces = async (chunk: Buffer): Promise<void> => {
    for (let start = 0; start < chunk.length; start += frameBytes) {
      await send(channel.stdin, chunk.subarray(start, start + frameBytes));
    }
  };
  const input = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      sendInPieces(chunk).then(() => done(), done);
    },
    final: (done) => {
      send(channel.close, Buffer.from([channel.stdin])).then(() => done(), done);
    },
  });
  // What is written to a process that has ended is lost; its exit says so.
  input.on('error', () => undefined);
  return input;
}

/** The exit code that a Status tells. */
function exitOf(text: string): { code: number; message?: string } {
  let status: Partial<Status>;
  try {
    status = JSON.parse(text) as Partial<Status>;
  } catch {
    // Servers before v4 of the protocol send words.
    return { code: 1, message: text };
  }
  if (status.status === 'Success') return { code: 0 };
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  if (status.reason === 'NonZeroExitCode' && cause) return { code: Number(cause.message) };
  return { code: 1, message: status.message ?? 'the process ended for a reason that the server does not tell' };
}
