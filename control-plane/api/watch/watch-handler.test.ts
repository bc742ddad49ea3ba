import { expect } from 'chai';

import { openWatch, requestOverHttp1, type SendRequest } from '../../../test/support/api-client.js';
import { startTestApi, type TestApi } from '../../../test/support/test-api.js';
import { FakeClock } from '../../../lib/clock/fake-clock.js';
import type { ConfigMap } from '../../../lib/kubernetes/types/core-v1.js';

const path = '/api/v1/namespaces/default/configmaps';

describe('watch', () => {
  let api: TestApi;
  let clock: FakeClock;
  let send: SendRequest;
  beforeEach(async () => {
    clock = new FakeClock();
    api = await startTestApi({ clock });
    send = requestOverHttp1(api);
  });
  afterEach(() => api.close());

  const create = async (name: string, labels: Record<string, string> = {}): Promise<ConfigMap> =>
    api.resources
      .client('configmaps')
      .create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', labels }, data: { a: 'b' } });
  const told = ({ type, object }: { type: string; object: { metadata: { name: string } } }): string =>
    `${type} ${object.metadata.name}`;

  it('sends its headers before any event, then every change in order', async () => {
    const watch = await openWatch(api, `${path}?watch=true&resourceVersion=${api.resources.revision()}`);
    expect(watch.status).to.equal(200);
    expect(watch.headers['content-type']).to.equal('application/json');
    const created = await create('one');
    const added = await watch.next();
    expect(told(added)).to.equal('ADDED one');
    expect(added.object).to.deep.equal(created);
    await api.resources.client('configmaps').update({ ...created, data: { a: 'c' } });
    expect(told(await watch.next())).to.equal('MODIFIED one');
    await api.resources.client('configmaps').delete('default', 'one');
    const deleted = await watch.next();
    expect(told(deleted)).to.equal('DELETED one');
    expect(Number(deleted.object.metadata.resourceVersion)).to.equal(api.resources.revision());
    watch.close();
  });

  it('begins with what exists when it names no version, and misses nothing when it does', async () => {
    const first = await create('first');
    await create('second');
    const fresh = await openWatch(api, `${path}?watch=1`);
    expect([told(await fresh.next()), told(await fresh.next())]).to.deep.equal(['ADDED first', 'ADDED second']);
    const later = await openWatch(api, `${path}?watch=1&resourceVersion=${first.metadata.resourceVersion ?? ''}`);
    expect(told(await later.next())).to.equal('ADDED second');
    fresh.close();
    later.close();
  });

  it('tells of objects that begin and cease to match its selector', async () => {
    const watch = await openWatch(api, `${path}?watch=1&labelSelector=on%3Dyes&resourceVersion=${api.resources.revision()}`);
    const object = await create('turned');
    const relabel = (labels: Record<string, string>): Promise<unknown> =>
      api.resources.client('configmaps').modify('default', 'turned', (draft) => void (draft.metadata.labels = labels));
    await relabel({ on: 'yes' });
    expect(told(await watch.next())).to.equal('ADDED turned');
    await relabel({});
    expect(told(await watch.next())).to.equal('DELETED turned');
    expect(object.metadata.labels ?? {}).to.deep.equal({});
    watch.close();
  });

  it('says in bookmarks how far it has come, at least every 10 s', async () => {
    const watch = await openWatch(api, `${path}?watch=1&allowWatchBookmarks=true&resourceVersion=${api.resources.revision()}`);
    await api.resources.client('secrets').create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'elsewhere', namespace: 'default' },
    });
    await clock.advance(10_000);
    const bookmark = await watch.next();
    expect(bookmark.type).to.equal('BOOKMARK');
    expect(bookmark.object).to.include({ kind: 'ConfigMap', apiVersion: 'v1' });
    expect(bookmark.object.metadata.resourceVersion).to.equal(String(api.resources.revision()));
    await create('after');
    expect(told(await watch.next())).to.equal('ADDED after');
    watch.close();
  });

  it('streams the initial list and marks its end', async () => {
    await create('there');
    const watch = await openWatch(
      api,
      `${path}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    expect(told(await watch.next())).to.equal('ADDED there');
    const end = await watch.next();
    expect(end.type).to.equal('BOOKMARK');
    expect(end.object.metadata.annotations).to.deep.equal({ 'k8s.io/initial-events-end': 'true' });
    watch.close();
    const wrong = await send(`${path}?watch=1&sendInitialEvents=true`);
    expect(wrong.status).to.equal(422);
  });

  it('sends rows of a Table when asked, the columns once', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const watch = await openWatch(api, `${path}?watch=1&resourceVersion=${api.resources.revision()}`, { accept });
    await create('row-1');
    await create('row-2');
    const [first, second] = [await watch.next(), await watch.next()];
    expect(first.object.kind).to.equal('Table');
    expect(first.object.columnDefinitions).to.have.length.greaterThan(1);
    expect(first.object.rows[0].cells[0]).to.equal('row-1');
    expect(second.object.columnDefinitions).to.deep.equal([]);
    watch.close();
  });

  it('ends at its timeout, and with the API', async () => {
    const limited = await openWatch(api, `${path}?watch=1&timeoutSeconds=5&resourceVersion=${api.resources.revision()}`);
    const endless = await openWatch(api, `${path}?watch=1&resourceVersion=${api.resources.revision()}`);
    await clock.advance(5_000);
    expect(await limited.next()).to.equal(undefined);
    await api.server.close();
    expect(await endless.next()).to.equal(undefined);
  });

  it('answers 410 as its last event when the history does not reach back that far', async () => {
    const small = await startTestApi({ clock, history: { maxChanges: 4 } });
    try {
      const from = small.resources.revision();
      for (let index = 0; index < 12; index++) {
        await small.resources
          .client('configmaps')
          .create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `fill-${index}`, namespace: 'default' } });
      }
      const watch = await openWatch(small, `${path}?watch=1&resourceVersion=${from}`);
      const event = await watch.next();
      expect(event.type).to.equal('ERROR');
      expect(event.object).to.include({ kind: 'Status', code: 410, reason: 'Expired' });
      expect(await watch.next()).to.equal(undefined);
    } finally {
      await small.close();
    }
  });
});
