import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { open } from 'lmdb';
import { systemClock } from '../../../lib/clock/clock.js';
import { isError } from '../../../lib/errors/errors.js';
import { silentLogger } from '../../../lib/log/logger.js';
import type { HistoryLimits } from '../core/history.js';
import { openStore } from '../open-store.js';
import { describeStoreContract } from '../store-contract.js';
import type { ChangeBatch, Store } from '../store.js';

let path = '';
let opened: Store[] = [];

async function openAt(directory: string, history?: Partial<HistoryLimits>): Promise<Store> {
  const store = await openStore({
    driver: 'lmdb',
    path: directory,
    clock: systemClock,
    log: silentLogger,
    ...(history && { history }),
  });
  opened.push(store);
  return store;
}

async function openEmpty(history?: Partial<HistoryLimits>): Promise<Store> {
  path = await mkdtemp(join(tmpdir(), 'longshore-store-'));
  return openAt(path, history);
}

async function cleanup(): Promise<void> {
  await Promise.all(opened.map((store) => store.close()));
  opened = [];
  await rm(path, { recursive: true, force: true });
}

const put = (store: Store, key: string, value: string): Promise<unknown> =>
  store.transact([], [{ kind: 'put', key, value: Buffer.from(value) }]);

describeStoreContract('lmdb', { open: openEmpty, cleanup });

describe('LmdbLog', () => {
  afterEach(cleanup);

  const summary = (batches: readonly ChangeBatch[]): unknown =>
    batches.map(({ revision, changes }) => [
      revision,
      changes.map(({ key, current, previous }) => [
        key,
        current && [Buffer.from(current.value).toString(), current.createRevision, current.modRevision],
        previous && [Buffer.from(previous.value).toString(), previous.createRevision, previous.modRevision],
      ]),
    ]);

  const take = async (store: Store, from: number, count: number): Promise<ChangeBatch[]> => {
    const batches: ChangeBatch[] = [];
    for await (const batch of store.watch('', from, new AbortController().signal)) {
      batches.push(batch);
      if (batches.length === count) break;
    }
    return batches;
  };

  it('finds entries, revision and history again after it was closed', async () => {
    const store = await openEmpty();
    await put(store, '/a', '1');
    await put(store, '/b', '1');
    await store.transact(
      [],
      [
        { kind: 'put', key: '/a', value: Buffer.from('2') },
        { kind: 'delete', key: '/b' },
      ],
    );
    await put(store, '/b', '3');
    await store.transact([], [{ kind: 'delete', key: '/b' }]);
    const before = { list: await store.list(''), watched: summary(await take(store, 0, 5)) };
    await store.close();

    const again = await openAt(path);
    expect(again.revision()).to.equal(5);
    expect(await again.get('/a')).to.include({ createRevision: 1, modRevision: 3 });
    expect((await again.list('')).entries.map(({ key }) => key)).to.deep.equal(before.list.entries.map(({ key }) => key));
    expect(summary(await take(again, 0, 5))).to.deep.equal(before.watched);
    expect((await again.list('', { revision: 2 })).entries.map(({ key }) => key)).to.deep.equal(['/a', '/b']);
    await put(again, '/c', '1');
    expect(again.revision()).to.equal(6);
  });

  it('forgets on disk the history that has left the window', async () => {
    const store = await openEmpty({ maxChanges: 5 });
    for (let n = 0; n < 20; n++) await put(store, '/k', String(n));
    await store.close();
    const again = await openAt(path, { maxChanges: 100 });
    // The last append knew the window as it was before it.
    expect(await take(again, 14, 6)).to.have.length(6);
    let thrown: unknown;
    await take(again, 13, 1).catch((error: unknown) => (thrown = error));
    expect(isError(thrown, 'Expired')).to.equal(true);
  });

  it('refuses files that are open already, and opens them once they are closed', async () => {
    const store = await openEmpty();
    let thrown: unknown;
    await openAt(path).catch((error: unknown) => (thrown = error));
    expect(isError(thrown, 'FailedPrecondition')).to.equal(true);
    expect((thrown as Error).message).to.contain(`is open in process ${process.pid}`);
    await put(store, '/still', 'works');
    await store.close();
    const again = await openAt(path);
    expect(await again.get('/still')).to.not.equal(undefined);
  });

  it('writes nothing more once another process has taken the files over', async () => {
    const store = await openEmpty();
    await put(store, '/mine', '1');
    const files = open<Buffer, string>({ path, overlappingSync: false, encoding: 'binary', maxDbs: 8 });
    const owner = files.openDB<unknown, string>({ name: 'owner', encoding: 'json', useVersions: true });
    const found = owner.getEntry('owner');
    await owner.put('owner', found?.value, (found?.version ?? 0) + 1);
    let thrown: unknown;
    await put(store, '/mine', '2').catch((error: unknown) => (thrown = error));
    expect(isError(thrown, 'Unavailable')).to.equal(true);
    expect(((thrown as Error).cause as Error).message).to.equal('another process has taken the store over');
    expect(files.openDB({ name: 'meta', encoding: 'json' }).get('revision')).to.equal(1);
    await files.close();
  });
});
