import type { Duplex } from 'node:stream';

import type { Clock } from '../../../lib/clock/clock.js';
import type { ContainerSpec, LogOptions, ObservedContainer } from '../container-runtime.js';
import type { FakeMain } from './fake-process.js';

/** How a container of the fake behaves. The default runs until it is stopped. */
export interface FakeProgram {
  /** Lines written to the log at the start, one element a line. */
  output?: readonly string[];
  /** Exits by itself so long after its start. Default: never. */
  exitAfterMs?: number;
  /** Of that exit. Default 0. */
  exitCode?: number;
  /** Takes so long to exit after SIGTERM. Default 0; Infinity ignores it. */
  stopAfterMs?: number;
  /** Exit code after SIGTERM. Default 143. */
  stopExitCode?: number;
  /** Answers exec. Default: exit code 0 and no output. `durationMs` runs on the clock; with `exits` the container ends so. */
  exec?: (command: readonly string[]) => { exitCode: number; output?: string; durationMs?: number; exits?: number };
  /** The main function of a command whose streams are connected. Default: prints and exits as `exec` says. */
  process?: (command: readonly string[]) => FakeMain | undefined;
  /** Hears what is written to the container's own stdin. Default: nothing happens. */
  onInput?: (text: string, container: Pick<FakeContainer, 'write' | 'exit'>) => void;
  /** Answers connections to these ports of the pod. */
  ports?: Readonly<Record<number, (connection: Duplex) => void>>;
  /** Answers connections to all others. Default: they are refused. */
  anyPort?: (connection: Duplex) => void;
}

/**
 * One container of the fake runtime.
 *
 *   created -> running -> exited        (terminal)
 *        \-> exited, with an error      the engine could not start it
 */
export class FakeContainer {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly program: FakeProgram;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #lines: { atMs: number; text: string }[] = [];
  readonly #watchers = new Set<() => void>();
  #observed: ObservedContainer;
  #cancelExit: () => void = () => undefined;

  constructor(options: {
    id: string;
    imageId: string;
    spec: ContainerSpec;
    program: FakeProgram;
    clock: Clock;
    onChange: () => void;
  }) {
    this.id = options.id;
    this.spec = options.spec;
    this.program = options.program;
    this.#clock = options.clock;
    this.#onChange = options.onChange;
    const { name, kind, attempt, sandboxAttempt, image, specHash } = options.spec;
    this.#observed = {
      id: options.id,
      name,
      kind,
      attempt,
      sandboxAttempt,
      state: 'created',
      image,
      imageId: options.imageId,
      specHash,
      createdAtMs: options.clock.now(),
      startedAtMs: 0,
      finishedAtMs: 0,
      exitCode: 0,
      oomKilled: false,
      error: '',
    };
  }

  get observed(): ObservedContainer {
    return this.#observed;
  }

  get running(): boolean {
    return this.#observed.state === 'running';
  }

  start(): void {
    if (this.#observed.state !== 'created') return;
    this.#update({ state: 'running', startedAtMs: this.#clock.now() });
    for (const line of this.program.output ?? []) this.write(line);
    const { exitAfterMs, exitCode = 0 } = this.program;
    if (exitAfterMs !== undefined) this.#cancelExit = this.#clock.after(exitAfterMs, () => this.exit(exitCode));
  }

  /** The engine could not start it. */
  refuse(exitCode: number, error: string): void {
    this.#update({ state: 'exited', finishedAtMs: this.#clock.now(), exitCode, error });
  }

  exit(exitCode: number, oomKilled = false): void {
    if (!this.running) return;
    this.#cancelExit();
    this.#update({ state: 'exited', finishedAtMs: this.#clock.now(), exitCode, oomKilled });
  }

  async stop(graceSeconds: number): Promise<void> {
    if (!this.running) return;
    const { stopAfterMs = 0, stopExitCode = 143 } = this.program;
    const patient = stopAfterMs <= graceSeconds * 1000;
    const waitMs = patient ? stopAfterMs : graceSeconds * 1000;
    if (waitMs > 0) await this.#exited(waitMs);
    this.exit(patient ? stopExitCode : 137);
  }

  /** Adds a line to the log, at the clock's time. */
  write(line: string): void {
    this.#lines.push({ atMs: this.#clock.now(), text: `${line}\n` });
    for (const watcher of this.#watchers) watcher();
  }

  async *logs(options: LogOptions, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { timestamps, sinceMs = 0, tailLines, limitBytes = Infinity, follow } = options;
    const first = this.#lines.findIndex((line) => line.atMs >= sinceMs);
    let next = first < 0 ? this.#lines.length : first;
    if (tailLines !== undefined) next = Math.max(next, this.#lines.length - tailLines);
    let left = limitBytes;
    for (;;) {
      for (; next < this.#lines.length && left > 0; next += 1) {
        const line = this.#lines[next];
        if (!line) break;
        const text = timestamps ? `${new Date(line.atMs).toISOString()} ${line.text}` : line.text;
        const chunk = Buffer.from(text).subarray(0, left);
        left -= chunk.length;
        yield chunk;
      }
      if (!follow || left <= 0 || signal.aborted || this.#observed.state === 'exited') return;
      await this.#changed(signal);
    }
  }

  /** As `process` of its program says, else `exec`. */
  mainOf(command: readonly string[]): FakeMain {
    const main = this.program.process?.(command);
    if (main) return main;
    return async ({ write }) => {
      const { exitCode, output = '', durationMs = 0, exits } = this.program.exec?.(command) ?? { exitCode: 0 };
      if (durationMs > 0) await this.#clock.sleep(durationMs);
      await write(output);
      if (exits !== undefined) this.exit(exits);
      return exitCode;
    };
  }

  /** Its own process, from now on: the log is what it writes. */
  ownMain(): FakeMain {
    return async ({ stdin, write }) => {
      stdin.on('data', (chunk: Buffer) => this.program.onInput?.(chunk.toString(), this));
      const options = { follow: true, timestamps: false, tailLines: 0 };
      for await (const chunk of this.logs(options, new AbortController().signal)) await write(chunk);
      return this.#observed.exitCode;
    };
  }

  #update(change: Partial<ObservedContainer>): void {
    this.#observed = { ...this.#observed, ...change };
    for (const watcher of this.#watchers) watcher();
    this.#onChange();
  }

  /** Resolves at the container's next change, or once `signal` aborts. */
  #changed(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#watchers.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.#watchers.add(done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }

  /** Resolves when it has exited, at most after `ms`. */
  async #exited(ms: number): Promise<void> {
    let due = false;
    const timeout = new AbortController();
    const cancel = this.#clock.after(ms, () => {
      due = true;
      timeout.abort();
    });
    while (this.running && !due) await this.#changed(timeout.signal);
    cancel();
  }
}
