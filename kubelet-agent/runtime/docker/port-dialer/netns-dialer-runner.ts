import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

import { abortReason, type Clock } from '../../../../lib/clock/clock.js';
import { LongshoreError } from '../../../../lib/errors/errors.js';
import type { DialAnswer, DialRequest } from './dial-messages.js';

/** How long the program of a namespace stays after its last dial. */
const idleMs = 30_000;
const startTimeoutMs = 10_000;

/** The program beside this file: the source, or what scripts/bundle.js made of it. */
const program = fileURLToPath(new URL(`./netns-program.${import.meta.url.endsWith('.ts') ? 'ts' : 'cjs'}`, import.meta.url));

interface Waiting {
  resolve: (socket: Socket) => void;
  reject: (error: Error) => void;
}

/**
 * Connects to ports of localhost in one network namespace. A small Node process in the
 * namespace makes the connections and hands their sockets over; it starts with the first
 * dial and ends half a minute after the last one, or with the agent.
 */
export class NetnsDialer {
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #cancelIdle: () => void = () => undefined;

  /**
   * @param options.pid a process in the namespace
   * @param options.onEnd called when the program ends, perhaps more than once: take another dialer
   */
  constructor(options: { pid: number; clock: Clock; onEnd: () => void }) {
    this.#clock = options.clock;
    this.#onEnd = options.onEnd;
    const command = [`--net=/proc/${options.pid}/ns/net`, '--', process.execPath, ...process.execArgv, program];
    const child = spawn('nsenter', command, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child = child;
    this.#ready = this.#start(child);
    // Each dial hears of it; between dials nobody needs to.
    this.#ready.catch(() => undefined);
  }

  /**
   * A connected socket, which the caller destroys.
   * @throws LongshoreError Unavailable (nothing listens; the message says so),
   *   FailedPrecondition (the namespace cannot be entered from here)
   */
  async dial(port: number, signal: AbortSignal): Promise<Socket> {
    this.#cancelIdle();
    await this.#ready;
    const id = this.#nextId;
    this.#nextId += 1;
    const onAbort = (): void => this.#waiting.get(id)?.reject(abortReason(signal));
    try {
      return await new Promise<Socket>((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        signal.addEventListener('abort', onAbort, { once: true });
        if (signal.aborted) onAbort();
        else this.#child.send({ id, port } satisfies DialRequest, (error) => error && reject(gone(error.message)));
      });
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#cancelIdle = this.#clock.after(idleMs, () => this.close());
    }
  }

  /** Ends the program; sockets that it handed over live on. */
  close(): void {
    this.#cancelIdle();
    this.#onEnd();
    if (this.#child.connected) this.#child.disconnect();
  }

  #start(child: ChildProcess): Promise<void> {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(0, 1_000)));
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        reject(new LongshoreError('FailedPrecondition', `the pod's network namespace cannot be entered: ${why}`));
      };
      const cancelTimer = this.#clock.after(startTimeoutMs, () => {
        fail('its program did not start');
        child.kill('SIGKILL');
      });
      child.once('error', (error) => fail(error.message));
      // 'close', not 'exit': what it wrote to stderr has been read by then.
      child.once('close', (code) => {
        cancelTimer();
        fail(said.trim() || `its program exited with ${code ?? 'a signal'}`);
        for (const { reject: give } of this.#waiting.values()) give(gone('its program ended'));
        this.#onEnd();
      });
      child.on('message', (answer: DialAnswer, socket: unknown) => {
        if ('ready' in answer) {
          cancelTimer();
          resolve();
        } else this.#settle(answer, socket as Socket | undefined);
      });
    });
  }

  #settle({ id, error }: Exclude<DialAnswer, { ready: true }>, socket: Socket | undefined): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) socket?.destroy();
    else if (socket) waiting.resolve(halfOpen(socket));
    else waiting.reject(new LongshoreError('Unavailable', error ?? 'the connection was lost on its way to the agent'));
  }
}

/** Node makes received sockets that end altogether when the other side ends; each direction ends by itself here. */
function halfOpen(socket: Socket): Socket {
  socket.allowHalfOpen = true;
  return socket;
}

function gone(why: string): LongshoreError {
  return new LongshoreError('Unavailable', `the connection into the pod's network namespace broke: ${why}`);
}
