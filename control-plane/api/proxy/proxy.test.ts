import { expect } from 'chai';

import type { Service } from '../../../lib/kubernetes/types/core-v1.js';
import type { EndpointSlice } from '../../../lib/kubernetes/types/discovery-v1.js';
import { chooseEndpoint } from './choose-endpoint.js';
import { answeredHeaders, forwardedHeaders } from './proxy-headers.js';
import { parseProxyName } from './proxy-name.js';

describe('parseProxyName', () => {
  for (const [text, parsed] of [
    ['web', { scheme: 'http', name: 'web', port: '' }],
    ['web:8080', { scheme: 'http', name: 'web', port: '8080' }],
    ['https:web:', { scheme: 'https', name: 'web', port: '' }],
    ['http:web:admin', { scheme: 'http', name: 'web', port: 'admin' }],
  ] as const) {
    it(`reads ${text}`, () => {
      expect(parseProxyName(text)).to.deep.equal(parsed);
    });
  }

  for (const text of ['', ':80', 'ftp:web:21', 'a:b:c:d']) {
    it(`refuses ${text || 'nothing'}`, () => {
      expect(() => parseProxyName(text)).to.throw('[http:|https:]NAME[:PORT]');
    });
  }
});

describe('headers of a proxied request', () => {
  it('keep who asks from the pod, and what is of the connection', () => {
    const headers = forwardedHeaders(
      {
        ...{ authorization: 'Bearer secret', 'impersonate-user': 'jane', 'x-remote-user': 'jane' },
        ...{ connection: 'keep-alive, x-hop', 'x-hop': '1', 'transfer-encoding': 'chunked', te: 'trailers' },
        ...{ ':path': '/x', ':authority': 'api:6443', accept: 'text/html', cookie: 'a=b' },
      },
      '/path',
    );
    expect(headers).to.deep.equal({
      ...{ accept: 'text/html', cookie: 'a=b', connection: 'close' },
      ...{ 'x-forwarded-uri': '/path', 'x-forwarded-host': 'api:6443', 'x-forwarded-proto': 'https' },
    });
  });

  it('lead a redirect of the pod back through the proxy', () => {
    const base = '/api/v1/namespaces/default/pods/web/proxy';
    expect(answeredHeaders({ location: '/login', 'transfer-encoding': 'chunked' }, base)).to.deep.equal({
      location: `${base}/login`,
    });
    expect(answeredHeaders({ location: 'https://example.com/' }, base)).to.deep.equal({ location: 'https://example.com/' });
    expect(answeredHeaders({ 'set-cookie': ['a=1', 'b=2'] }, base)).to.deep.equal({ 'set-cookie': 'a=1, b=2' });
  });
});

describe('chooseEndpoint', () => {
  const service = (ports: { name?: string; port: number }[]): Service => ({
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } },
    spec: { ports },
  });
  const slice = (name: string, port: number, pods: Record<string, boolean>): EndpointSlice => ({
    ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'web-1' }, addressType: 'IPv4' },
    ports: [{ name, port }],
    endpoints: Object.entries(pods).map(([pod, ready]) => ({
      addresses: ['10.0.0.1'],
      conditions: { ready },
      targetRef: { kind: 'Pod', name: pod },
    })),
  });

  it('takes one of the ready pods', () => {
    const slices = [slice('', 8080, { a: true, b: false }), slice('', 8081, { c: true })];
    expect(chooseEndpoint(service([{ port: 80 }]), slices, '', 0)).to.deep.equal({ podName: 'a', port: 8080 });
    expect(chooseEndpoint(service([{ port: 80 }]), slices, '80', 0.99)).to.deep.equal({ podName: 'c', port: 8081 });
  });

  it('takes a port by its name or number, and none when it is not said which', () => {
    const both = service([
      { name: 'http', port: 80 },
      { name: 'admin', port: 81 },
    ]);
    const slices = [slice('admin', 9000, { a: true })];
    expect(chooseEndpoint(both, slices, 'admin', 0)).to.deep.equal({ podName: 'a', port: 9000 });
    expect(chooseEndpoint(both, slices, '81', 0)).to.deep.equal({ podName: 'a', port: 9000 });
    for (const port of ['', '82', 'http']) expect(chooseEndpoint(both, slices, port, 0)).to.equal(undefined);
  });
});
