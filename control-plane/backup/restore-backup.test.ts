import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { FakeClock } from '../../lib/clock/fake-clock.js';
import { isError } from '../../lib/errors/errors.js';
import { silentLogger } from '../../lib/log/logger.js';
import { openPki } from '../pki/open-pki.js';
import { openStore } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import { createBackup } from './create-backup.js';
import { refuseUnfinishedRestore } from './data-directory.js';
import { restoreBackup } from './restore-backup.js';

const log = silentLogger;

describe('backup and restore', () => {
  const clock = new FakeClock();
  let dir = '';
  let opened: Store[] = [];

  const open = async (dataDir: string): Promise<Store> => {
    const store = await openStore({ driver: 'lmdb', path: join(dataDir, 'store'), clock, log });
    opened.push(store);
    return store;
  };
  const put = (store: Store, key: string, value: string): Promise<unknown> =>
    store.transact([], [{ kind: 'put', key, value: Buffer.from(value) }]);
  const valuesOf = async (store: Store): Promise<Record<string, string>> =>
    Object.fromEntries((await store.list('')).entries.map(({ key, value }) => [key, Buffer.from(value).toString()]));
  /** The store and the keys of a control plane, with two objects in it. */
  const startOriginal = async (): Promise<Store> => {
    const store = await open(join(dir, 'original'));
    await openPki({
      dir: join(dir, 'original', 'pki'),
      ipAddresses: ['127.0.0.1'],
      apiNames: [],
      serviceAddress: '10.96.0.1',
      clusterDomain: 'cluster.local',
      clock,
      log,
    });
    await put(store, '/a', '1');
    await put(store, '/b', '1');
    await put(store, '/a', '2');
    return store;
  };
  const file = (): string => join(dir, 'backup.tar.gz');
  const back = (): Promise<string> => createBackup({ dataDir: join(dir, 'original'), file: file(), version: '0.1.0', clock });
  const restore = (name: string, force = false): Promise<string> =>
    restoreBackup({ dataDir: join(dir, name), file: file(), force, clock });
  const refusalOf = async (
    work: Promise<unknown>,
    code: 'FailedPrecondition' | 'InvalidArgument' | 'NotFound',
  ): Promise<string> => {
    try {
      await work;
    } catch (thrown) {
      if (isError(thrown, code)) return thrown.message;
      throw thrown;
    }
    throw new Error('nothing was refused');
  };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'longshore-backup-'));
  });
  afterEach(async () => {
    await Promise.all(opened.map((store) => store.close()));
    opened = [];
    await rm(dir, { recursive: true, force: true });
  });

  it('carries objects, keys and certificates to another machine while the original runs', async () => {
    const original = await startOriginal();
    await back();
    await put(original, '/late', '1');
    await restore('copy');
    expect(await valuesOf(await open(join(dir, 'copy')))).to.deep.equal({ '/a': '2', '/b': '1' });
    for (const name of await readdir(join(dir, 'original', 'pki')))
      expect(await readFile(join(dir, 'copy', 'pki', name)), name).to.deep.equal(
        await readFile(join(dir, 'original', 'pki', name)),
      );
    expect((await stat(file())).mode & 0o777).to.equal(0o600);
    expect((await stat(join(dir, 'copy', 'pki', 'ca.key'))).mode & 0o777).to.equal(0o600);
    expect(await readdir(join(dir, 'copy'))).to.have.members(['store', 'pki']);
  });

  it('lets no revision come again, and sends watchers from before back to list', async () => {
    const original = await startOriginal();
    await back();
    for (let n = 0; n < 50; n++) await put(original, '/b', String(n));
    const seen = original.revision();
    await restore('copy');
    const copy = await open(join(dir, 'copy'));
    expect(copy.revision()).to.be.greaterThan(seen);
    for (const { modRevision } of (await copy.list('')).entries) expect(modRevision).to.equal(copy.revision());
    for (const from of [1, 3, seen]) {
      const watch = copy.watch('', from, new AbortController().signal)[Symbol.asyncIterator]();
      const thrown: unknown = await watch.next().catch((error: unknown) => error);
      expect(isError(thrown, 'Expired'), `watch from ${from}`).to.equal(true);
    }
    const stale = await copy.transact([{ key: '/b', modRevision: seen }], [{ kind: 'delete', key: '/b' }]);
    expect(stale.committed).to.equal(false);
  });

  it('leaves a running control plane alone, whatever was asked', async () => {
    const original = await startOriginal();
    await back();
    for (const force of [false, true])
      expect(await refusalOf(restore('original', force), 'FailedPrecondition')).to.contain(`process ${process.pid}`);
    await put(original, '/still', 'works');
  });

  it('touches what is there only when told so, and then keeps it', async () => {
    const original = await startOriginal();
    await back();
    await put(original, '/late', '1');
    await original.close();
    expect(await refusalOf(restore('original'), 'FailedPrecondition')).to.contain('--force');
    expect(await restore('original', true)).to.contain('before-restore-');
    const again = await open(join(dir, 'original'));
    expect(Object.keys(await valuesOf(again))).not.to.include('/late');
    const aside = (await readdir(join(dir, 'original'))).find((name) => name.startsWith('before-restore-')) ?? '';
    expect(Object.keys(await valuesOf(await open(join(dir, 'original', aside))))).to.include('/late');
  });

  it('touches nothing for a file that is damaged', async () => {
    const original = await startOriginal();
    await back();
    await original.close();
    const whole = await readFile(file());
    await writeFile(file(), whole.subarray(0, whole.byteLength - 100));
    const before = await readdir(join(dir, 'original'), { recursive: true });
    await refusalOf(restore('original', true), 'InvalidArgument');
    await refusalOf(restore('copy'), 'InvalidArgument');
    expect(await readdir(join(dir, 'original'), { recursive: true })).to.deep.equal(before);
    expect(await readdir(dir)).not.to.include('copy');
  });

  it('can be run again when it was cut off, and nothing starts until then', async () => {
    const original = await startOriginal();
    await back();
    await original.close();
    // As after a kill between two renames.
    await mkdir(join(dir, 'original', 'restore-in-progress'));
    await rename(join(dir, 'original', 'pki'), join(dir, 'original', 'restore-in-progress', 'pki'));
    expect(await refusalOf(refuseUnfinishedRestore(join(dir, 'original')), 'FailedPrecondition')).to.contain('did not finish');
    await refusalOf(back(), 'FailedPrecondition');
    await restore('original', true);
    await refuseUnfinishedRestore(join(dir, 'original'));
    expect(await valuesOf(await open(join(dir, 'original')))).to.deep.equal({ '/a': '2', '/b': '1' });
  });

  it('says where it looked when there is no store', async () => {
    expect(await refusalOf(back(), 'NotFound')).to.contain(join(dir, 'original'));
  });
});
