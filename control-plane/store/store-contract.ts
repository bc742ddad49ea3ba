import { expect } from 'chai';
import fc from 'fast-check';
import { isError } from '../../lib/errors/errors.js';
import type { HistoryLimits } from './core/history.js';
import type { ChangeBatch, Entry, Store, Write } from './store.js';

export interface StoreFixture {
  /** A store without entries. */
  open(history?: Partial<HistoryLimits>): Promise<Store>;
  /** Closes what `open` gave and removes its files. */
  cleanup(): Promise<void>;
}

const text = (entry: Entry | undefined): string | undefined => entry && Buffer.from(entry.value).toString();
const put = (key: string, value: string): Write => ({ kind: 'put', key, value: Buffer.from(value) });
const remove = (key: string): Write => ({ kind: 'delete', key });

/** What every driver of the store promises; run by the tests of each. */
export function describeStoreContract(name: string, fixture: StoreFixture): void {
  describe(`${name} store contract`, () => {
    let store: Store;

    const open = async (history?: Partial<HistoryLimits>): Promise<void> => {
      store = await fixture.open(history);
    };

    const write = async (...writes: Write[]): Promise<number> => {
      const result = await store.transact([], writes);
      if (!result.committed) throw new Error('a transaction without comparisons did not commit');
      return result.revision;
    };

    const codeOf = async (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => 'none',
        (thrown: unknown) => (isError(thrown, 'Expired', 'InvalidArgument', 'Unavailable') ? thrown.code : String(thrown)),
      );

    /** Takes `count` batches, then leaves the watch. */
    const take = async (prefix: string, fromRevision: number, count: number): Promise<ChangeBatch[]> => {
      const batches: ChangeBatch[] = [];
      for await (const batch of store.watch(prefix, fromRevision, new AbortController().signal)) {
        batches.push(batch);
        if (batches.length === count) break;
      }
      return batches;
    };

    afterEach(() => fixture.cleanup());

    describe('transact', () => {
      beforeEach(() => open());

      it('gives every transaction a larger revision of its own', async () => {
        expect(store.revision()).to.equal(0);
        const revisions = await Promise.all(Array.from({ length: 20 }, (_, n) => write(put(`/k/${n}`, 'v'))));
        expect(new Set(revisions).size).to.equal(20);
        expect(revisions).to.deep.equal([...revisions].sort((a, b) => a - b));
        expect(store.revision()).to.equal(Math.max(...revisions));
      });

      it('keeps the create revision over updates and starts anew after a deletion', async () => {
        const created = await write(put('/k', 'a'));
        const updated = await write(put('/k', 'b'));
        expect(await store.get('/k')).to.include({ createRevision: created, modRevision: updated });
        await write(remove('/k'));
        expect(await store.get('/k')).to.equal(undefined);
        const again = await write(put('/k', 'c'));
        expect(await store.get('/k')).to.include({ createRevision: again, modRevision: again });
      });

      it('writes nothing when one comparison of several fails, and says what is there', async () => {
        const revision = await write(put('/a', '1'));
        const result = await store.transact(
          [
            { key: '/a', modRevision: revision },
            { key: '/b', modRevision: 7 },
            { key: '/a2', modRevision: 0 },
          ],
          [put('/a', '2'), put('/b', '2')],
        );
        expect(result).to.deep.equal({ committed: false, conflicts: new Map([['/b', undefined]]) });
        expect(text(await store.get('/a'))).to.equal('1');
        expect(store.revision()).to.equal(revision);
      });

      it('lets one of many concurrent creators win', async () => {
        const results = await Promise.all(
          Array.from({ length: 32 }, (_, n) => store.transact([{ key: '/one', modRevision: 0 }], [put('/one', String(n))])),
        );
        const winners = results.flatMap((result, n) => (result.committed ? [n] : []));
        expect(winners).to.have.length(1);
        for (const result of results) {
          if (!result.committed) expect(text(result.conflicts.get('/one'))).to.equal(String(winners[0]));
        }
      });

      it('loses no increment of concurrent read-modify-writers', async () => {
        const increment = async (): Promise<void> => {
          for (;;) {
            const entry = await store.get('/counter');
            const next = put('/counter', String(Number(text(entry) ?? '0') + 1));
            const result = await store.transact([{ key: '/counter', modRevision: entry?.modRevision ?? 0 }], [next]);
            if (result.committed) return;
          }
        };
        await Promise.all(
          Array.from({ length: 12 }, async () => {
            for (let n = 0; n < 10; n++) await increment();
          }),
        );
        expect(text(await store.get('/counter'))).to.equal('120');
      });

      it('reads its own writes as soon as they are acknowledged', async () => {
        for (let n = 0; n < 10; n++) {
          const revision = await write(put('/k', String(n)));
          expect(text(await store.get('/k'))).to.equal(String(n));
          expect(store.revision()).to.equal(revision);
        }
      });

      it('makes no revision when nothing changes', async () => {
        const revision = await write(put('/k', 'v'));
        expect(await write(remove('/absent'))).to.equal(revision);
        expect(await store.transact([{ key: '/k', modRevision: revision }], [])).to.deep.equal({ committed: true, revision });
      });

      it('refuses a key written twice, an empty key and a value that is too large', async () => {
        expect(await codeOf(store.transact([], [put('/k', '1'), remove('/k')]))).to.equal('InvalidArgument');
        expect(await codeOf(store.transact([], [put('', '1')]))).to.equal('InvalidArgument');
        expect(await codeOf(store.transact([], [put('/k', 'x'.repeat(1536 * 1024 + 1))]))).to.equal('InvalidArgument');
        expect(await codeOf(store.transact([], [put('/k', 'x'.repeat(1536 * 1024))]))).to.equal('none');
        expect((await store.get('/k'))?.value.byteLength).to.equal(1536 * 1024);
      });

      it('takes any bytes and any characters', async () => {
        const value = Uint8Array.from({ length: 256 }, (_, n) => n);
        await store.transact([], [{ kind: 'put', key: '/schlüssel/漢字', value }]);
        expect(Buffer.from((await store.get('/schlüssel/漢字'))?.value ?? [])).to.deep.equal(Buffer.from(value));
        expect((await store.list('/schlüssel/')).entries).to.have.length(1);
      });

      it('refuses everything once it is closed', async () => {
        const late = store.transact([], [put('/late', '1')]);
        await store.close();
        expect(await codeOf(late)).to.equal('none');
        expect(await codeOf(store.transact([], [put('/later', '1')]))).to.equal('Unavailable');
      });
    });

    describe('list', () => {
      beforeEach(() => open());

      const keys = (entries: readonly Entry[]): string[] => entries.map(({ key }) => key);

      it('gives the entries under a prefix in key order', async () => {
        await write(put('/b/2', ''), put('/a/1', ''), put('/b/10', ''), put('/b', ''), put('/c', ''));
        expect(keys((await store.list('/b/')).entries)).to.deep.equal(['/b/10', '/b/2']);
        expect(keys((await store.list('')).entries)).to.deep.equal(['/a/1', '/b', '/b/10', '/b/2', '/c']);
        expect((await store.list('/none')).entries).to.deep.equal([]);
      });

      it('pages through one revision while the store changes', async () => {
        for (let n = 0; n < 10; n++) await write(put(`/p/${n}`, 'old'));
        const first = await store.list('/p/', { limit: 4 });
        expect(first.remaining).to.equal(6);
        await write(remove('/p/5'), put('/p/6', 'new'), put('/p/55', 'new'));
        await write(put('/p/5', 'again'));
        const seen = [...first.entries];
        for (let page = first; page.remaining > 0;) {
          page = await store.list('/p/', { limit: 4, after: seen.at(-1)?.key ?? '', revision: first.revision });
          expect(page.revision).to.equal(first.revision);
          seen.push(...page.entries);
        }
        expect(keys(seen)).to.deep.equal(Array.from({ length: 10 }, (_, n) => `/p/${n}`));
        expect(seen.map(text)).to.deep.equal(Array<string>(10).fill('old'));
      });

      it('is, at every revision, the sum of the transactions up to it', async () => {
        const operation = fc.record({
          key: fc.constantFrom('/m/a', '/m/b', '/m/c', '/n/a'),
          value: fc.option(fc.string({ maxLength: 3 })),
        });
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.uniqueArray(operation, { selector: ({ key }) => key, minLength: 1 }), { maxLength: 12 }),
            async (batches) => {
              const model = new Map((await store.list('')).entries.map((entry) => [entry.key, text(entry)]));
              const snapshots = new Map<number, [string, string | undefined][]>();
              for (const batch of batches) {
                const revision = await write(...batch.map(({ key, value }) => (value === null ? remove(key) : put(key, value))));
                for (const { key, value } of batch) {
                  if (value === null) model.delete(key);
                  else model.set(key, value);
                }
                snapshots.set(revision, [...model].filter(([key]) => key.startsWith('/m/')).sort());
              }
              for (const [revision, snapshot] of snapshots) {
                const { entries } = await store.list('/m/', { revision });
                expect(entries.map((entry) => [entry.key, text(entry)])).to.deep.equal(snapshot);
              }
            },
          ),
          { numRuns: 25 },
        );
      });

      it('refuses a revision that is still to come', async () => {
        expect(await codeOf(store.list('/', { revision: store.revision() + 1 }))).to.equal('InvalidArgument');
      });
    });

    describe('watch', () => {
      beforeEach(() => open());

      it('delivers a transaction as one batch with what was before and after', async () => {
        const first = await write(put('/w/a', '1'), put('/w/b', '1'), put('/x', '1'));
        const second = await write(put('/w/a', '2'), remove('/w/b'));
        const [created, changed] = await take('/w/', 0, 2);
        expect(created?.revision).to.equal(first);
        expect(created?.changes.map(({ key, previous, current }) => [key, text(previous), text(current)])).to.deep.equal([
          ['/w/a', undefined, '1'],
          ['/w/b', undefined, '1'],
        ]);
        expect(changed?.revision).to.equal(second);
        expect(changed?.changes.map(({ key, previous, current }) => [key, text(previous), text(current)])).to.deep.equal([
          ['/w/a', '1', '2'],
          ['/w/b', '1', undefined],
        ]);
      });

      it('has no gap and no duplicate under concurrent writers, whenever it starts', async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.array(fc.constantFrom('/c/a', '/c/b', '/d/a'), { minLength: 1, maxLength: 8 }), {
              minLength: 1,
              maxLength: 6,
            }),
            fc.nat({ max: 8 }),
            async (writers, startAfter) => {
              const from = store.revision();
              const expected: number[] = [];
              let acknowledged = 0;
              const watching: Promise<ChangeBatch[]>[] = [];
              const total = writers.flat().filter((key) => key.startsWith('/c/')).length;
              const start = (): void => {
                if (total > 0) watching.push(take('/c/', from, total));
              };
              if (startAfter === 0) start();
              await Promise.all(
                writers.map(async (keys) => {
                  for (const key of keys) {
                    const revision = await write(put(key, String(acknowledged)));
                    if (key.startsWith('/c/')) expected.push(revision);
                    if (++acknowledged === startAfter) start();
                  }
                }),
              );
              if (watching.length === 0) start();
              const seen = (await Promise.all(watching)).flat().map(({ revision }) => revision);
              expect(seen).to.deep.equal(expected.sort((a, b) => a - b));
            },
          ),
          { numRuns: 40 },
        );
      });

      it('never shows a revision before it is durable', async () => {
        let newestSeen = 0;
        const abort = new AbortController();
        const watching = (async () => {
          for await (const { revision } of store.watch('/', 0, abort.signal)) {
            expect(revision).to.be.at.most(store.revision());
            newestSeen = revision;
          }
        })();
        await Promise.all(Array.from({ length: 50 }, (_, n) => write(put(`/${n}`, ''))));
        await new Promise((resolve) => setImmediate(resolve));
        abort.abort();
        await watching;
        expect(newestSeen).to.equal(store.revision());
      });

      it('joins a list without a gap', async () => {
        await write(put('/j/a', '1'));
        const writing = Promise.all(Array.from({ length: 30 }, (_, n) => write(put(`/j/${n}`, ''))));
        const listed = await store.list('/j/');
        const missing = 31 - listed.entries.length;
        const batches = missing > 0 ? await take('/j/', listed.revision, missing) : [];
        await writing;
        const keys = [
          ...listed.entries.map(({ key }) => key),
          ...batches.flatMap(({ changes }) => changes.map(({ key }) => key)),
        ];
        expect(new Set(keys).size).to.equal(31);
        expect(keys).to.have.length(31);
      });

      it('ends when its signal aborts, before or while it waits', async () => {
        const abort = new AbortController();
        const ended = (async () => {
          for await (const batch of store.watch('/', 0, abort.signal)) expect.fail(`unexpected revision ${batch.revision}`);
        })();
        await new Promise((resolve) => setImmediate(resolve));
        abort.abort();
        await ended;
        for await (const batch of store.watch('/', 0, abort.signal)) expect.fail(`unexpected revision ${batch.revision}`);
      });

      it('delivers what was acknowledged, then ends, when the store closes', async () => {
        const seen: number[] = [];
        const watching = (async () => {
          for await (const { revision } of store.watch('/', 0, new AbortController().signal)) seen.push(revision);
        })();
        const writing = Promise.all([write(put('/a', '')), write(put('/b', ''))]);
        await new Promise((resolve) => setImmediate(resolve));
        await store.close();
        await watching;
        expect(seen).to.deep.equal(await writing);
      });
    });

    describe('history window', () => {
      it('serves what is inside and says Expired for what is not', async () => {
        await open({ maxChanges: 5 });
        for (let n = 1; n <= 8; n++) await write(put('/k', String(n)));
        expect((await take('/k', 3, 5)).map(({ revision }) => revision)).to.deep.equal([4, 5, 6, 7, 8]);
        expect(text((await store.list('/k', { revision: 3 })).entries[0])).to.equal('3');
        expect(await codeOf(take('/k', 2, 1))).to.equal('Expired');
        expect(await codeOf(store.list('/k', { revision: 2 }))).to.equal('Expired');
      });

      it('is bounded in bytes too', async () => {
        await open({ maxBytes: 10_000 });
        for (let n = 1; n <= 20; n++) await write(put('/k', 'x'.repeat(1000)));
        expect(await codeOf(take('/k', 10, 1))).to.equal('Expired');
        expect(await take('/k', 17, 3)).to.have.length(3);
      });

      it('expires a watcher that is too slow, and only that one', async () => {
        await open({ maxChanges: 5 });
        const signal = new AbortController().signal;
        const slow = store.watch('/k', 0, signal)[Symbol.asyncIterator]();
        const elsewhere = store.watch('/other', 0, signal)[Symbol.asyncIterator]();
        await write(put('/k', '1'));
        expect((await slow.next()).value?.revision).to.equal(1);
        const idle = elsewhere.next();
        for (let n = 2; n <= 5; n++) await write(put('/k', String(n)));
        expect((await slow.next()).value?.revision).to.equal(2);
        for (let n = 6; n <= 9; n++) await write(put('/k', String(n)));
        expect(await codeOf(slow.next())).to.equal('Expired');
        const last = await write(put('/other', 'x'));
        expect((await idle).value?.revision).to.equal(last);
      });
    });
  });
}
