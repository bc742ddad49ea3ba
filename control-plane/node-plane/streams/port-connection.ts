import { Duplex } from 'node:stream';

import { LongshoreError } from '../../../lib/errors/errors.js';
import type { AgentStream } from './agent-stream.js';

/** An agent's stream of a port as a Node stream. Each direction ends by itself; destroying it lets go of the agent's. */
export class PortConnection extends Duplex {
  readonly #stream: AgentStream;
  #reading = false;

  constructor(stream: AgentStream) {
    super({ allowHalfOpen: true });
    this.#stream = stream;
  }

  override _read(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#next().then(
      (data) => {
        this.#reading = false;
        this.push(data);
      },
      (thrown: unknown) => this.destroy(LongshoreError.from(thrown)),
    );
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#stream.write(chunk).then(() => callback(), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#stream.endInput();
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (this.readableEnded && this.writableFinished) this.#stream.end();
    else this.#stream.close();
    callback(error);
  }

  async #next(): Promise<Buffer | null> {
    for (;;) {
      const frame = await this.#stream.next();
      if (frame?.$case === 'data') return frame.value;
      if (frame === undefined || frame.$case === 'dataEnd') return null;
    }
  }
}
