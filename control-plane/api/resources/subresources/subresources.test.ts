import { expect } from 'chai';

import { requestOverHttp1, type SendRequest } from '../../../../test/support/api-client.js';
import { startTestApi, type TestApi } from '../../../../test/support/test-api.js';

describe('subresources', () => {
  let api: TestApi;
  let send: SendRequest;
  before(async () => {
    api = await startTestApi();
    send = requestOverHttp1(api);
    await send('/apis/apps/v1/namespaces/default/deployments', {
      method: 'POST',
      body: {
        metadata: { name: 'web' },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: 'web' } },
          template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
        },
      },
    });
  });
  after(() => api.close());

  describe('scale', () => {
    const path = '/apis/apps/v1/namespaces/default/deployments/web/scale';

    it('reads, replaces and patches replicas', async () => {
      const scale = (await send(path)).json;
      expect(scale).to.deep.include({ kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 2 } });
      expect(scale.status.selector).to.equal('app=web');
      const replaced = await send(path, { method: 'PUT', body: { ...scale, spec: { replicas: 5 } } });
      expect(replaced.json.spec).to.deep.equal({ replicas: 5 });
      const stale = await send(path, { method: 'PUT', body: { ...scale, spec: { replicas: 9 } } });
      expect(stale.json).to.include({ reason: 'Conflict', code: 409 });
      const headers = { 'content-type': 'application/merge-patch+json' };
      const patched = await send(path, { method: 'PATCH', headers, body: '{"spec":{"replicas":1}}' });
      expect(patched.json.spec).to.deep.equal({ replicas: 1 });
      expect((await api.resources.client('deployments.apps').get('default', 'web'))?.spec.replicas).to.equal(1);
      const negative = await send(path, { method: 'PATCH', headers, body: '{"spec":{"replicas":-1}}' });
      expect(negative.json).to.include({ reason: 'Invalid', code: 422 });
    });

    it('does not exist for kinds that do not scale', async () => {
      expect((await send('/api/v1/namespaces/default/configmaps/x/scale')).status).to.equal(404);
    });
  });

  describe('status', () => {
    it('is written apart from the rest', async () => {
      const path = '/apis/apps/v1/namespaces/default/deployments/web';
      const current = (await send(path)).json;
      const written = await send(`${path}/status`, {
        method: 'PUT',
        body: { ...current, spec: { ...current.spec, replicas: 77 }, status: { ...current.status, replicas: 3 } },
      });
      expect(written.json.status.replicas).to.equal(3);
      expect(written.json.spec.replicas).to.equal(current.spec.replicas);
      const patched = await send(`${path}/status`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/strategic-merge-patch+json' },
        body: '{"status":{"readyReplicas":2}}',
      });
      expect(patched.json.status).to.include({ replicas: 3, readyReplicas: 2 });
    });
  });

  describe('of pods', () => {
    const pods = '/api/v1/namespaces/default/pods';
    const binding = (name: string, node: string): object => ({
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name },
      target: { apiVersion: 'v1', kind: 'Node', name: node },
    });
    const makePod = (name: string): ReturnType<SendRequest> =>
      send(pods, { method: 'POST', body: { metadata: { name }, spec: { containers: [{ name: 'a', image: 'a' }] } } });

    it('binds a pod to a node, once', async () => {
      await makePod('bound');
      const bound = await send(`${pods}/bound/binding`, { method: 'POST', body: binding('bound', 'n1') });
      expect([bound.status, bound.json.status]).to.deep.equal([201, 'Success']);
      expect((await send(`${pods}/bound`)).json.spec.nodeName).to.equal('n1');
      const again = await send(`${pods}/bound/binding`, { method: 'POST', body: binding('bound', 'n2') });
      expect(again.json).to.include({ code: 409 });
      expect(again.json.message).to.contain('is already assigned to node "n1"');
      expect((await send(`${pods}/none/binding`, { method: 'POST', body: binding('none', 'n1') })).status).to.equal(404);
    });

    it('evicts a pod with its grace period', async () => {
      await makePod('evicted');
      await send(`${pods}/evicted/binding`, { method: 'POST', body: binding('evicted', 'n1') });
      const body = {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'evicted' },
        deleteOptions: { gracePeriodSeconds: 7 },
      };
      const evicted = await send(`${pods}/evicted/eviction`, { method: 'POST', body });
      expect([evicted.status, evicted.json.status]).to.deep.equal([201, 'Success']);
      const pod = (await send(`${pods}/evicted`)).json;
      expect(pod.metadata.deletionGracePeriodSeconds).to.equal(7);
    });
  });
});
