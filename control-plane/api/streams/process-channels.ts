import type { Readable } from 'node:stream';

import type { Status } from '../../../lib/kubernetes/types/meta-v1.js';

/** A client's side of exec and attach, whichever protocol it speaks. */
export interface ProcessChannels {
  /** What it sends, to its end. Not read, it makes the client wait. */
  readonly stdin: Readable;
  /** Hears of the client's terminal, in characters. */
  onResize(listener: (columns: number, rows: number) => void): void;
  /** Resolves when more may be written. Outputs that were not asked for are dropped. @throws when the client is gone */
  write(channel: 'stdout' | 'stderr', data: Uint8Array): Promise<void>;
  /** Says how it ended, as the last thing, and closes in good order; never throws: the client may be gone. */
  finish(status: Status): Promise<void>;
}
