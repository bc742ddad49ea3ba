import { gunzipSync } from 'node:zlib';

import { expect } from 'chai';

import { requestOverHttp1, requestOverHttp2, type SendRequest } from '../../test/support/api-client.js';
import { startTestApi, type TestApi } from '../../test/support/test-api.js';

const configMap = (name: string, data: Record<string, string> = { key: 'value' }): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const configMaps = '/api/v1/namespaces/default/configmaps';

const namesOf = (list: { items: { metadata: { name: string } }[] }): string[] => list.items.map((item) => item.metadata.name);

describe('API server', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi({
      tokenVerifier: { verify: async (token) => (token === 'good' ? { username: 'robot', groups: ['robots'] } : undefined) },
    });
  });
  after(() => api.close());

  const protocols: [string, (api: TestApi) => SendRequest][] = [
    ['HTTP/1.1', requestOverHttp1],
    ['HTTP/2', requestOverHttp2],
  ];
  for (const [protocol, over] of protocols) {
    describe(`over ${protocol}`, () => {
      const send: SendRequest = (path, options) => over(api)(path, options);
      const prefix = protocol === 'HTTP/2' ? 'two' : 'one';

      it('creates, reads, replaces, patches and deletes an object', async () => {
        const created = await send(configMaps, { method: 'POST', body: configMap(`${prefix}-crud`) });
        expect(created.status, created.text).to.equal(201);
        expect(created.json.metadata).to.include({ name: `${prefix}-crud`, namespace: 'default' });
        const path = `${configMaps}/${prefix}-crud`;
        const read = await send(path);
        expect(read.json).to.deep.equal(created.json);

        const replaced = await send(path, { method: 'PUT', body: { ...read.json, data: { key: 'other' } } });
        expect(replaced.status, replaced.text).to.equal(200);
        expect(replaced.json.data).to.deep.equal({ key: 'other' });
        const stale = await send(path, { method: 'PUT', body: { ...read.json, data: { key: 'late' } } });
        expect(stale.status).to.equal(409);
        expect(stale.json).to.deep.include({ kind: 'Status', status: 'Failure', reason: 'Conflict', code: 409 });
        expect(stale.json.message).to.equal(
          `Operation cannot be fulfilled on configmaps "${prefix}-crud": the object has been modified; please apply your changes to the latest version and try again`,
        );

        const merged = await send(path, {
          method: 'PATCH',
          headers: { 'content-type': 'application/merge-patch+json' },
          body: JSON.stringify({ data: { key: null, more: 'x' } }),
        });
        expect(merged.json.data).to.deep.equal({ more: 'x' });
        const jsonPatched = await send(path, {
          method: 'PATCH',
          headers: { 'content-type': 'application/json-patch+json' },
          body: JSON.stringify([{ op: 'add', path: '/data/second', value: 'y' }]),
        });
        expect(jsonPatched.json.data).to.deep.equal({ more: 'x', second: 'y' });

        const deleted = await send(path, { method: 'DELETE' });
        expect(deleted.json).to.deep.include({ kind: 'Status', status: 'Success' });
        expect(deleted.json.details).to.include({ name: `${prefix}-crud`, kind: 'configmaps' });
        const gone = await send(path);
        expect(gone.status).to.equal(404);
        expect(gone.json).to.deep.include({ reason: 'NotFound', message: `configmaps "${prefix}-crud" not found` });
        expect(gone.json.details).to.deep.equal({ name: `${prefix}-crud`, kind: 'configmaps' });
      });

      it('answers every failure with a Status', async () => {
        const checks: [string, Parameters<SendRequest>[1], number, string][] = [
          ['/nothing', {}, 404, 'NotFound'],
          ['/api/v1/nothing', {}, 404, 'NotFound'],
          ['/apis/apps/v2/deployments', {}, 404, 'NotFound'],
          ['/api/v1/namespaces/default/nodes', {}, 404, 'NotFound'],
          ['/api/v1/pods/web', {}, 404, 'NotFound'],
          ['/api', { method: 'POST' }, 405, 'MethodNotAllowed'],
          [configMaps, { method: 'PUT' }, 405, 'MethodNotAllowed'],
          ['/api/v1/configmaps', { method: 'POST' }, 405, 'MethodNotAllowed'],
          [configMaps, { headers: { accept: 'text/html' } }, 406, 'NotAcceptable'],
          [configMaps, { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } }, 415, 'UnsupportedMediaType'],
          [
            `${configMaps}/x`,
            { method: 'PATCH', body: '{}', headers: { 'content-type': 'application/json' } },
            415,
            'UnsupportedMediaType',
          ],
          [configMaps, { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }, 400, 'BadRequest'],
          [`${configMaps}?labelSelector=a%20b%20c`, {}, 400, 'BadRequest'],
          [`${configMaps}?fieldSelector=data.x%3D1`, {}, 400, 'BadRequest'],
          [`${configMaps}?continue=nonsense`, {}, 400, 'BadRequest'],
          [`${configMaps}?resourceVersion=999999`, {}, 504, 'Timeout'],
          [configMaps, { method: 'POST', body: Buffer.alloc(3 * 1024 * 1024 + 1, ' ') }, 413, 'RequestEntityTooLarge'],
          [configMaps, { client: null }, 401, 'Unauthorized'],
        ];
        for (const [path, options, code, reason] of checks) {
          const answered = await send(path, options);
          expect(answered.status, `${options?.method ?? 'GET'} ${path}: ${answered.text}`).to.equal(code);
          expect(answered.json).to.deep.include({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason });
        }
      });

      it('tells health to anyone, and everything else to those it knows', async () => {
        for (const path of ['/healthz', '/livez', '/readyz']) {
          const answered = await send(path, { client: null });
          expect([answered.status, answered.text]).to.deep.equal([200, 'ok']);
        }
        const robot = { client: null, headers: { authorization: 'Bearer good' } };
        expect((await send('/version', robot)).json.gitVersion).to.match(/^v1\.36\.0\+longshore$/);
        expect((await send('/api/v1', robot)).status).to.equal(200);
        expect((await send('/version', { client: null, headers: { authorization: 'Bearer bad' } })).status).to.equal(401);
        const refused = await send('/api/v1/namespaces/default/pods', robot);
        expect(refused.status).to.equal(403);
        expect(refused.json.message).to.equal(
          'pods is forbidden: User "robot" cannot list resource "pods" in API group "" in the namespace "default"',
        );
        const user = await api.issueClient('jane', ['devs']);
        const cluster = await send('/apis/apps/v1/deployments', { client: user });
        expect(cluster.json.message).to.equal(
          'deployments.apps is forbidden: User "jane" cannot list resource "deployments" in API group "apps" at the cluster scope',
        );
      });
    });
  }

  const send: SendRequest = (path, options) => requestOverHttp1(api)(path, options);

  it('acts as another user for those who may', async () => {
    const as = { 'impersonate-user': 'jane', 'impersonate-group': 'devs' };
    const me = await send('/apis/authentication.k8s.io/v1/selfsubjectreviews', { method: 'POST', headers: as, body: {} });
    expect(me.json.status.userInfo).to.deep.equal({ username: 'jane', groups: ['devs', 'system:authenticated'] });
    expect((await send('/api/v1/pods', { headers: as })).status).to.equal(403);
    const jane = await api.issueClient('jane');
    const refused = await send('/version', { client: jane, headers: { 'impersonate-user': 'kubernetes-admin' } });
    expect(refused.json.message).to.contain('User "jane" cannot impersonate resource "users"');
  });

  it("keeps idle connections longer than Go's clients do", async () => {
    const answered = await send('/healthz', { headers: { connection: 'keep-alive' } });
    expect(Number(/timeout=(\d+)/.exec(String(answered.headers['keep-alive']))?.[1])).to.be.greaterThan(90);
  });

  it('takes nothing but paths for paths', async () => {
    for (const path of ['//healthz@x/api/v1/secrets', '/api/v1/namespaces/%2e%2e/pods', '/apis/%E0%A4%A/v1/x']) {
      const jane = await api.issueClient('jane');
      expect((await send(path, { client: jane })).status, path).to.be.oneOf([403, 404]);
    }
  });

  it('refuses a client certificate of another CA', async () => {
    const other = await startTestApi();
    try {
      expect((await send('/version', { client: other.admin })).status).to.equal(401);
    } finally {
      await other.close();
    }
  });

  it('names unknown, repeated and wrong fields', async () => {
    const misspelled = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'strict' }, dta: { a: 'b' } };
    const strict = await send(configMaps, { method: 'POST', body: misspelled });
    expect(strict.status).to.equal(400);
    expect(strict.json.message).to.match(
      /^ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dta"/,
    );
    expect(strict.json.details.causes[0]).to.include({ field: 'dta' });
    const twice = await send(configMaps, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"metadata":{"name":"twice","name":"twice"}}',
    });
    expect(twice.json.message).to.contain('duplicate field "metadata.name"');
    const warned = await send(`${configMaps}?fieldValidation=Warn&dryRun=All`, { method: 'POST', body: misspelled });
    expect(warned.status).to.equal(201);
    expect(warned.headers.warning).to.match(/^299 - "unknown field \\"dta\\"/);
    const ignored = await send(`${configMaps}?fieldValidation=Ignore&dryRun=All`, { method: 'POST', body: misspelled });
    expect([ignored.status, ignored.headers.warning]).to.deep.equal([201, undefined]);
    const wrong = await send(configMaps, { method: 'POST', body: { metadata: { name: 'Wrong_Name' }, data: { a: 1 } } });
    expect(wrong.status).to.equal(422);
    expect(wrong.json.reason).to.equal('Invalid');
    expect(wrong.json.details.causes.map((cause: { field: string }) => cause.field)).to.include('data[a]');
  });

  it('stores nothing in a dry run', async () => {
    const dry = await send(`${configMaps}?dryRun=All`, { method: 'POST', body: configMap('dry') });
    expect(dry.status).to.equal(201);
    expect((await send(`${configMaps}/dry`)).status).to.equal(404);
    const wrong = await send(`${configMaps}?dryRun=Some`, { method: 'POST', body: configMap('dry') });
    expect(wrong.status).to.equal(422);
  });

  it('reads YAML and writes YAML', async () => {
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: from-yaml\ndata:\n  on: "yes"\n';
    const created = await send(configMaps, {
      method: 'POST',
      headers: { 'content-type': 'application/yaml', accept: 'application/yaml' },
      body: yaml,
    });
    expect(created.status, created.text).to.equal(201);
    expect(created.headers['content-type']).to.equal('application/yaml');
    expect(created.text).to.contain('name: from-yaml');
  });

  it('pages through a list as of one revision', async () => {
    for (const name of ['page-a', 'page-b', 'page-c'])
      await send(configMaps, { method: 'POST', body: configMap(name, { page: name }) });
    const first = (await send(`${configMaps}?limit=2`)).json;
    expect(first.items).to.have.length(2);
    expect(first.metadata.remainingItemCount).to.be.greaterThan(0);
    await send(configMaps, { method: 'POST', body: configMap('page-zz') });
    const names = namesOf(first);
    let token: string | undefined = first.metadata.continue;
    while (token) {
      const next = (await send(`${configMaps}?limit=2&continue=${encodeURIComponent(token)}`)).json;
      expect(next.metadata.resourceVersion).to.equal(first.metadata.resourceVersion);
      names.push(...namesOf(next));
      token = next.metadata.continue;
    }
    expect(names).to.include.members(['page-a', 'page-b', 'page-c']).and.not.include('page-zz');
    const exact = await send(`${configMaps}?resourceVersion=${first.metadata.resourceVersion}&resourceVersionMatch=Exact`);
    expect(namesOf(exact.json)).to.not.include('page-zz');
  });

  it('answers with Tables and with metadata alone', async () => {
    await send(configMaps, { method: 'POST', body: configMap('tabled') });
    const accept = (as: string): Record<string, string> => ({ accept: `application/json;as=${as};v=v1;g=meta.k8s.io` });
    const table = (await send(`${configMaps}?fieldSelector=metadata.name%3Dtabled`, { headers: accept('Table') })).json;
    expect(table).to.include({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    expect(table.columnDefinitions[0]).to.include({ name: 'Name', format: 'name', priority: 0 });
    expect(table.rows).to.have.length(1);
    expect(table.rows[0].cells[0]).to.equal('tabled');
    expect(table.rows[0].object).to.include({ kind: 'PartialObjectMetadata' });
    const whole = await send(`${configMaps}/tabled?includeObject=Object`, { headers: accept('Table') });
    expect(whole.json.rows[0].object.data).to.deep.equal({ key: 'value' });
    const metadata = (await send(`${configMaps}/tabled`, { headers: accept('PartialObjectMetadata') })).json;
    expect(Object.keys(metadata)).to.deep.equal(['kind', 'apiVersion', 'metadata']);
    const list = (await send(configMaps, { headers: accept('PartialObjectMetadataList') })).json;
    expect(list.kind).to.equal('PartialObjectMetadataList');
  });

  it('compresses what is long', async () => {
    await send(configMaps, { method: 'POST', body: configMap('long', { text: 'x'.repeat(200_000) }) });
    const answered = await send(`${configMaps}/long`, { headers: { 'accept-encoding': 'gzip' } });
    expect(answered.headers['content-encoding']).to.equal('gzip');
    expect(JSON.parse(gunzipSync(answered.body).toString()).data.text).to.have.length(200_000);
  });

  it('deletes what is selected of a collection', async () => {
    await send(configMaps, {
      method: 'POST',
      body: { ...configMap('sel-1'), metadata: { name: 'sel-1', labels: { group: 'sel' } } },
    });
    await send(configMaps, {
      method: 'POST',
      body: { ...configMap('sel-2'), metadata: { name: 'sel-2', labels: { group: 'sel' } } },
    });
    const deleted = await send(`${configMaps}?labelSelector=group%3Dsel`, { method: 'DELETE' });
    expect(deleted.json.items).to.have.length(2);
    expect((await send(`${configMaps}?labelSelector=group%3Dsel`)).json.items).to.deep.equal([]);
    expect((await send(`${configMaps}/tabled`)).status).to.equal(200);
  });

  it('counts and times requests', async () => {
    await send(configMaps);
    const text = (await send('/metrics')).text;
    expect(text).to.match(
      /apiserver_request_total\{verb="LIST",group="",version="v1",resource="configmaps",subresource="",code="200"\} [1-9]/,
    );
    expect(text).to.contain('apiserver_request_duration_seconds_bucket');
    await send('/api/v1/made-up');
    expect((await send('/metrics')).text).to.not.contain('made-up');
    expect((await send('/metrics', { client: await api.issueClient('jane') })).status).to.equal(403);
  });
});
