import { expect } from 'chai';
import { isError } from '../../../lib/errors/errors.js';
import { silentLogger } from '../../../lib/log/logger.js';
import type { ChangeBatch, TransactResult } from '../store.js';
import type { DurableLog, LoadedState } from './durable-log.js';
import { RevisionedStore } from './revisioned-store.js';

/** A disk that finishes a write when the test says so. */
class SlowLog implements DurableLog {
  readonly appended: (readonly ChangeBatch[])[] = [];
  #finish: ((error?: Error) => void) | undefined;

  async load(): Promise<LoadedState> {
    return { revision: 0, entries: [], history: [] };
  }

  append(batches: readonly ChangeBatch[]): Promise<void> {
    this.appended.push(batches);
    return new Promise((resolve, reject) => {
      this.#finish = (error) => {
        this.#finish = undefined;
        if (error) reject(error);
        else resolve();
      };
    });
  }

  /** Lets the append under way end, then whatever follows from it happen. */
  async finish(error?: Error): Promise<void> {
    await settle();
    this.#finish?.(error);
    await settle();
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('RevisionedStore', () => {
  let disk: SlowLog;
  let store: RevisionedStore;
  let outcomes: Map<string, TransactResult | string>;

  beforeEach(async () => {
    disk = new SlowLog();
    store = await RevisionedStore.open({ durableLog: disk, log: silentLogger });
    outcomes = new Map();
  });

  /** Starts a write of `key` that expects it at `modRevision`; its end shows in `outcomes` under `name`. */
  const begin = (name: string, key: string, modRevision?: number): void => {
    const compare = modRevision === undefined ? [] : [{ key, modRevision }];
    void store.transact(compare, [{ kind: 'put', key, value: Buffer.from(name) }]).then(
      (result) => outcomes.set(name, result),
      (thrown: unknown) => outcomes.set(name, isError(thrown, 'Unavailable') ? thrown.code : String(thrown)),
    );
  };

  it('neither acknowledges nor shows what is not durable', async () => {
    const seen: number[] = [];
    const watching = (async () => {
      for await (const { revision } of store.watch('', 0, new AbortController().signal)) seen.push(revision);
    })();
    begin('a', '/k');
    await settle();
    expect(outcomes.size).to.equal(0);
    expect([await store.get('/k'), (await store.list('')).entries, store.revision(), seen]).to.deep.equal([undefined, [], 0, []]);
    await disk.finish();
    expect(outcomes.get('a')).to.deep.equal({ committed: true, revision: 1 });
    expect((await store.get('/k'))?.modRevision).to.equal(1);
    expect(seen).to.deep.equal([1]);
    await store.close();
    await watching;
  });

  it('compares with writes that are under way, and tells of a conflict once its cause is durable', async () => {
    begin('a', '/k', 0);
    begin('b', '/k', 0);
    begin('c', '/k', 1);
    await settle();
    expect(outcomes.size).to.equal(0);
    await disk.finish();
    expect(outcomes.get('a')).to.deep.equal({ committed: true, revision: 1 });
    expect(outcomes.get('c')).to.deep.equal({ committed: true, revision: 2 });
    expect(outcomes.get('b')).to.include({ committed: false });
    expect((await store.get('/k'))?.modRevision).to.equal(2);
  });

  it('gathers the writes of one turn, and those that come during a flush, into one flush each', async () => {
    for (let n = 0; n < 10; n++) begin(`first ${n}`, `/${n}`);
    await settle();
    for (let n = 0; n < 20; n++) begin(`second ${n}`, `/${n}`);
    await disk.finish();
    await disk.finish();
    expect(disk.appended.map((group) => group.length)).to.deep.equal([10, 20]);
    expect(outcomes.size).to.equal(30);
  });

  it('rejects what is under way when the disk fails, and takes no more', async () => {
    begin('kept', '/k');
    await disk.finish();
    const watching = (async () => {
      for await (const batch of store.watch('', 1, new AbortController().signal)) expect.fail(`unexpected ${batch.revision}`);
    })().catch((thrown: unknown) => isError(thrown, 'Unavailable'));
    begin('during', '/k');
    await settle();
    begin('queued', '/k');
    await disk.finish(new Error('no space left on device'));
    begin('after', '/k');
    await settle();
    expect([outcomes.get('during'), outcomes.get('queued'), outcomes.get('after')]).to.deep.equal(Array(3).fill('Unavailable'));
    expect(await watching).to.equal(true);
    expect(Buffer.from((await store.get('/k'))?.value ?? []).toString()).to.equal('kept');
    expect(disk.appended).to.have.length(2);
    await store.close();
  });
});
