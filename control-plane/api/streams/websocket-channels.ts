import { PassThrough } from 'node:stream';

import type { WebSocket } from 'ws';

import type { Status } from '../../../lib/kubernetes/types/meta-v1.js';
import { messageBytes, remoteChannel as channel, remoteMessage } from '../../../lib/streams/remote-command.js';
import type { ProcessChannels } from './process-channels.js';
import { parseTerminalSize } from './terminal-size.js';

/** Exec and attach over a WebSocket: each message is a channel's number and its data. */
export class WebSocketChannels implements ProcessChannels {
  readonly stdin = new PassThrough();
  readonly #webSocket: WebSocket;
  readonly #outputs: ReadonlySet<'stdout' | 'stderr'>;
  #resize: (columns: number, rows: number) => void = () => undefined;

  /** @param options.stdin whether the process takes any; otherwise what is sent is dropped */
  constructor(webSocket: WebSocket, options: { stdin: boolean; stdout: boolean; stderr: boolean }) {
    this.#webSocket = webSocket;
    this.#outputs = new Set([...(options.stdout ? (['stdout'] as const) : []), ...(options.stderr ? (['stderr'] as const) : [])]);
    this.stdin.on('drain', () => webSocket.resume());
    // Nobody reads it any longer: the client is not to wait.
    this.stdin.on('close', () => webSocket.resume());
    webSocket.on('message', (data) => this.#receive(messageBytes(data), options.stdin));
    webSocket.on('close', () => this.stdin.destroy());
    // Tells clients that wait for the first message that the process runs, as Kubernetes does.
    const [first] = this.#outputs;
    webSocket.send(Buffer.from([first === undefined ? channel.error : channel[first]]), () => undefined);
  }

  onResize(listener: (columns: number, rows: number) => void): void {
    this.#resize = listener;
  }

  async write(name: 'stdout' | 'stderr', data: Uint8Array): Promise<void> {
    if (this.#outputs.has(name)) await this.#send(channel[name], data);
  }

  async finish(status: Status): Promise<void> {
    try {
      await this.#send(channel.error, Buffer.from(JSON.stringify(status)));
    } catch {
      // The client is gone and needs no status.
    }
    this.#webSocket.close(1_000);
  }

  #receive(message: Buffer, takesStdin: boolean): void {
    const data = message.subarray(1);
    switch (message[0]) {
      case channel.stdin:
        if (!takesStdin || this.stdin.destroyed || this.stdin.writableEnded || data.length === 0) return;
        if (!this.stdin.write(data)) this.#webSocket.pause();
        return;
      case channel.resize: {
        const size = parseTerminalSize(data.toString('utf8'));
        if (size) this.#resize(size.columns, size.rows);
        return;
      }
      case channel.close:
        if (data[0] === channel.stdin) this.stdin.end();
        return;
      default:
      // Clients have nothing to say on the other channels.
    }
  }

  #send(number: number, data: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#webSocket.send(remoteMessage(number, data), (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}
