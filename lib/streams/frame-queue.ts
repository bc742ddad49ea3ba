import { LongshoreError } from '../errors/errors.js';
import { streamWindowBytes } from './stream-window.js';

/** Credit is given in pieces of this size, not for every frame. */
const creditBytes = streamWindowBytes / 4;
/** A byte a frame is the least that a window allows; those without data are few. */
const maxFrames = streamWindowBytes + 64;

/**
 * Frames that have come and wait for their reader, in order. What the reader takes is
 * granted to the sender again; a sender that exceeds its window fails the stream, so the
 * queue is bounded whatever the other side does.
 */
export class FrameQueue<Frame> {
  readonly #grant: (bytes: number) => void;
  readonly #frames: { frame: Frame; bytes: number }[] = [];
  #buffered = 0;
  #ungranted = 0;
  #end: { error: LongshoreError | undefined } | undefined;
  #wake: (() => void) | undefined;

  /** @param grant sends credit for so many bytes */
  constructor(grant: (bytes: number) => void) {
    this.#grant = grant;
  }

  /** @param bytes how much data the frame holds; 0 for one that is not data */
  push(frame: Frame, bytes = 0): void {
    if (this.#end) return;
    this.#buffered += bytes;
    if (this.#buffered + this.#ungranted > streamWindowBytes || this.#frames.length >= maxFrames) {
      this.#frames.length = 0;
      this.end(new LongshoreError('ResourceExhausted', 'the other side of the stream sends more than it was granted'));
      return;
    }
    this.#frames.push({ frame, bytes });
    this.#wake?.();
  }

  /** No frame follows. The reader gets those that are there first, then the end or `error`. */
  end(error?: LongshoreError): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  /**
   * One reader at a time.
   * @returns undefined at the end
   * @throws LongshoreError what the stream ended with
   */
  async next(): Promise<Frame | undefined> {
    for (;;) {
      const first = this.#frames.shift();
      if (first) {
        this.#take(first.bytes);
        return first.frame;
      }
      if (this.#end?.error) throw this.#end.error;
      if (this.#end) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  #take(bytes: number): void {
    this.#buffered -= bytes;
    this.#ungranted += bytes;
    if (this.#ungranted < creditBytes || this.#end) return;
    this.#grant(this.#ungranted);
    this.#ungranted = 0;
  }
}
