import { expect } from 'chai';

import { Router } from './router.js';

describe('Router', () => {
  const router = new Router([
    { path: '/apis/:group', methods: {} },
    { path: '/apis/:group/:version/*', methods: {} },
    { path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', methods: {} },
  ]);

  it('finds patterns, the more exact one first', () => {
    expect(router.find('/apis/apps')?.params).to.deep.equal({ group: 'apps' });
    expect(router.find('/apis/apps/')?.route.path).to.equal('/apis/:group');
    expect(router.find('/apis/apps/v1/deployments')?.route.path).to.equal('/apis/:group/:version/*');
    const review = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    expect(router.find(review)?.route.path).to.equal(review);
  });

  it('finds nothing at paths that no route has, or that are not well-formed', () => {
    expect(router.find('/nothing')).to.equal(undefined);
    expect(router.find('/apis/%E0%A4%A')).to.equal(undefined);
  });
});
