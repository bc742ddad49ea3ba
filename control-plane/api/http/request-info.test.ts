import { expect } from 'chai';

import { requestInfo, type RequestInfo } from './request-info.js';

const info = (method: string, url: string): RequestInfo => {
  const { pathname, searchParams } = new URL(url, 'https://x');
  return requestInfo(method, pathname, searchParams);
};
const none = { group: '', version: 'v1', subresource: '', namespace: '', name: '', subpath: '' };

describe('requestInfo', () => {
  const cases: [string, string, string, object][] = [
    ['GET', '/api/v1/pods', 'list', { ...none, resource: 'pods' }],
    ['GET', '/api/v1/pods?watch=true', 'watch', { ...none, resource: 'pods' }],
    ['GET', '/api/v1/pods?watch=false', 'list', { ...none, resource: 'pods' }],
    ['POST', '/api/v1/namespaces/a/pods', 'create', { ...none, resource: 'pods', namespace: 'a' }],
    ['GET', '/api/v1/namespaces/a/pods/p', 'get', { ...none, resource: 'pods', namespace: 'a', name: 'p' }],
    [
      'GET',
      '/api/v1/namespaces/a/pods/p/log',
      'get',
      { ...none, resource: 'pods', namespace: 'a', name: 'p', subresource: 'log' },
    ],
    [
      'GET',
      '/api/v1/namespaces/a/pods/p/proxy/x/y',
      'get',
      { ...none, resource: 'pods', namespace: 'a', name: 'p', subresource: 'proxy', subpath: 'x/y' },
    ],
    ['DELETE', '/api/v1/namespaces/a/pods', 'deletecollection', { ...none, resource: 'pods', namespace: 'a' }],
    ['DELETE', '/api/v1/nodes/n', 'delete', { ...none, resource: 'nodes', name: 'n' }],
    ['GET', '/api/v1/namespaces/a', 'get', { ...none, resource: 'namespaces', namespace: 'a', name: 'a' }],
    [
      'PUT',
      '/api/v1/namespaces/a/finalize',
      'update',
      { ...none, resource: 'namespaces', namespace: 'a', name: 'a', subresource: 'finalize' },
    ],
    [
      'PATCH',
      '/apis/apps/v1/namespaces/a/deployments/d/scale',
      'patch',
      { ...none, group: 'apps', resource: 'deployments', namespace: 'a', name: 'd', subresource: 'scale' },
    ],
  ];
  for (const [method, url, verb, resource] of cases) {
    it(`reads ${method} ${url} as ${verb}`, () => {
      const read = info(method, url);
      expect(read.verb).to.equal(verb);
      expect(read.resource).to.deep.equal(resource);
    });
  }

  it('names no resource off the resource paths', () => {
    for (const path of ['/version', '/healthz', '/api', '/apis/apps', '/apis/apps/v1', '/api/v1', '/openapi/v2']) {
      expect(info('GET', path)).to.deep.equal({ path, verb: 'get' });
    }
  });
});
