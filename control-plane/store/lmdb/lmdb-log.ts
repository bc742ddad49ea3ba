import { mkdir } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ABORT } from 'lmdb';
import type { Clock } from '../../../lib/clock/clock.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { Logger } from '../../../lib/log/logger.js';
import type { DurableLog, LoadedState } from '../core/durable-log.js';
import type { Change, ChangeBatch, Entry } from '../store.js';
import { decodeEntry, decodeUndo, encodeEntry, encodeUndo } from './encoding.js';
import { type Environment, openEnvironment, type OwnerRecord } from './environment.js';
import { isAlive, thisOwner } from './owner.js';

/** Longest stretch of loading without letting the event loop turn. */
const loadSliceMs = 5;

/**
 * The store on disk. One append is one lmdb transaction and one fsync. Each is conditional
 * on the owner's version: a process that has lost the store to another cannot write to it
 * any more.
 */
export class LmdbLog implements DurableLog {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #files: Environment;
  #ownerVersion = 0;
  #forgottenThrough = 0;

  private constructor(options: { path: string; clock: Clock; log: Logger }) {
    this.#path = options.path;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#files = openEnvironment(options.path);
  }

  /**
   * Opens, or makes, the files in directory `path` and takes hold of them.
   * @throws LongshoreError FailedPrecondition when another process holds them
   */
  static async open(options: { path: string; clock: Clock; log: Logger }): Promise<LmdbLog> {
    await mkdir(options.path, { recursive: true, mode: 0o700 });
    const log = new LmdbLog(options);
    try {
      log.#takeHold();
    } catch (thrown) {
      await log.#files.root.close();
      throw thrown;
    }
    return log;
  }

  async load(): Promise<LoadedState> {
    const startedMs = this.#clock.monotonic();
    const revision = this.#files.meta.get('revision') ?? 0;
    const entries: Entry[] = [];
    const pause = this.#pauser();
    for (const { key, value } of this.#files.entries.getRange({ snapshot: false })) {
      entries.push(decodeEntry(key, value));
      await pause();
    }
    const history = await this.#loadHistory(revision, entries);
    this.#forgottenThrough = revision - history.length;
    const durationMs = Math.round(this.#clock.monotonic() - startedMs);
    this.#log.info('store loaded', {
      path: this.#path,
      revision,
      entries: entries.length,
      revisions: history.length,
      durationMs,
    });
    return { revision, entries, history };
  }

  async append(batches: readonly ChangeBatch[], compactedThrough: number): Promise<void> {
    const committed = await this.#files.owner.ifVersion('owner', this.#ownerVersion, () => {
      for (const batch of batches) {
        for (const { key, current } of batch.changes) {
          if (current) void this.#files.entries.put(key, encodeEntry(current));
          else void this.#files.entries.remove(key);
        }
        void this.#files.undo.put(batch.revision, encodeUndo(batch));
        void this.#files.meta.put('revision', batch.revision);
      }
      for (let revision = this.#forgottenThrough + 1; revision <= compactedThrough; revision++)
        void this.#files.undo.remove(revision);
    });
    if (!committed)
      throw new LongshoreError('FailedPrecondition', 'another process has taken the store over', {
        fields: { path: this.#path },
      });
    this.#forgottenThrough = Math.max(this.#forgottenThrough, compactedThrough);
    await this.#files.root.flushed;
  }

  async close(): Promise<void> {
    await this.#files.owner.put('owner', { ...thisOwner(), holds: false }, this.#ownerVersion + 1, this.#ownerVersion);
    await this.#files.root.close();
  }

  /** Writes this process down as the owner, in one lmdb transaction with the look at who it was. */
  #takeHold(): void {
    let holder: OwnerRecord | undefined;
    const outcome = this.#files.root.transactionSync(() => {
      const found = this.#files.owner.getEntry('owner');
      if (found?.value.holds && isAlive(found.value)) {
        holder = found.value;
        return ABORT;
      }
      this.#ownerVersion = (found?.version ?? 0) + 1;
      this.#files.owner.putSync('owner', { ...thisOwner(), holds: true }, this.#ownerVersion);
      return undefined;
    });
    if (outcome === ABORT || holder) {
      throw new LongshoreError(
        'FailedPrecondition',
        `the store in ${this.#path} is open in process ${holder?.pid ?? 'unknown'}`,
        {
          fields: { path: this.#path, pid: holder?.pid },
        },
      );
    }
  }

  /** Goes back from the newest state, revision by revision, as far as undo records reach. */
  async #loadHistory(newest: number, entries: readonly Entry[]): Promise<ChangeBatch[]> {
    const state = new Map(entries.map((entry) => [entry.key, entry]));
    const history: ChangeBatch[] = [];
    const pause = this.#pauser();
    let expected = newest;
    for (const { key: revision, value } of this.#files.undo.getRange({ reverse: true, snapshot: false })) {
      if (revision !== expected) break;
      expected--;
      const changes = decodeUndo(value).map(([key, previous]): Change => ({ key, current: state.get(key), previous }));
      for (const { key, previous } of changes) {
        if (previous) state.set(key, previous);
        else state.delete(key);
      }
      history.push({ revision, changes });
      await pause();
    }
    return history.reverse();
  }

  #pauser(): () => Promise<void> {
    let sliceStartMs = this.#clock.monotonic();
    return async () => {
      if (this.#clock.monotonic() - sliceStartMs < loadSliceMs) return;
      await nextTurn();
      sliceStartMs = this.#clock.monotonic();
    };
  }
}
