/** Kubernetes' PodExecOptions and PodAttachOptions: what the API asks the node plane for. */
export interface PodProcessOptions {
  /** Of a new process; undefined: the container's own process. */
  readonly command?: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export type PodProcessFrame =
  | { readonly kind: 'stdout' | 'stderr'; readonly data: Uint8Array }
  /** After all output. */
  | { readonly kind: 'exit'; readonly code: number };

/** A process in a container with its streams connected. */
export interface PodProcess {
  /**
   * What it writes, in order, then how it ended. A reader that waits makes the process wait.
   * @returns undefined when nothing follows: the streams are closed
   * @throws LongshoreError Unavailable when its node cannot be reached any longer
   */
  next(): Promise<PodProcessFrame | undefined>;
  /** To its stdin; resolves when more may be written. @throws LongshoreError once the streams are closed */
  write(data: Uint8Array): Promise<void>;
  endInput(): void;
  /** Of its terminal, in characters. */
  resize(columns: number, rows: number): void;
  /** Lets go of the streams; safe to repeat. */
  close(): void;
}
