import { expect } from 'chai';
import type { NetworkInspectInfo } from 'dockerode';
import { parseEvent } from './container-events.js';
import { engineError } from './engine-errors.js';
import { pullErrorCode, withTag } from './image-store.js';
import { differenceFrom, overlaps } from './pod-network.js';

describe('engine errors', () => {
  const answer = (statusCode: number): Error =>
    Object.assign(new Error(`(HTTP code ${statusCode}) bad parameter - x `), { statusCode, json: { message: 'said' } });
  const cases: [unknown, string, string][] = [
    [answer(400), 'InvalidArgument', 'said'],
    [answer(404), 'NotFound', 'said'],
    [answer(409), 'Conflict', 'said'],
    [answer(500), 'Internal', 'said'],
    [answer(503), 'Unavailable', 'said'],
    [Object.assign(new Error('(HTTP code 404) no such container - gone '), { statusCode: 404 }), 'NotFound', 'gone'],
    [Object.assign(new Error('connect ENOENT'), { code: 'ENOENT' }), 'Unavailable', 'connect ENOENT'],
  ];
  for (const [thrown, code, message] of cases) {
    it(`make ${code} of ${String(thrown)}`, () => {
      expect(engineError(thrown)).to.include({ code, message });
    });
  }
});

describe('pull failures', () => {
  const cases: [string, string][] = [
    ['manifest for a:1 not found: manifest unknown: manifest unknown', 'NotFound'],
    ["pull access denied for a, repository does not exist or may require 'docker login'", 'Unauthenticated'],
    ['Get "http://127.0.0.1:5000/v2/": no basic auth credentials', 'Unauthenticated'],
    ['Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host', 'Unavailable'],
    ['Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused', 'Unavailable'],
    ['write /var/lib/docker/tmp: no space left on device', 'Internal'],
  ];
  for (const [message, code] of cases) {
    it(`are ${code} for "${message.slice(0, 60)}"`, () => {
      expect(pullErrorCode(message, 'Internal')).to.equal(code);
    });
  }

  it('never pull all tags of an image', () => {
    expect(['a', 'r:5000/a', 'a:1', 'a@sha256:0'].map(withTag)).to.deep.equal([
      'a:latest',
      'r:5000/a:latest',
      'a:1',
      'a@sha256:0',
    ]);
  });
});

describe('pod network', () => {
  const network = (subnet: string, options: Record<string, string> = {}): NetworkInspectInfo =>
    ({
      Name: 'x',
      IPAM: { Config: [{ Subnet: subnet }] },
      Options: { 'com.docker.network.bridge.enable_ip_masquerade': 'false', ...options },
    }) as unknown as NetworkInspectInfo;

  it('overlaps with what contains it, what it contains, and nothing else', () => {
    for (const subnet of ['10.244.0.0/16', '10.244.1.0/24', '10.244.1.128/25']) {
      expect(overlaps(network(subnet), '10.244.1.0/24'), subnet).to.equal(true);
    }
    for (const subnet of ['10.244.2.0/24', '172.17.0.0/16', 'fd00::/64', '']) {
      expect(overlaps(network(subnet), '10.244.1.0/24'), subnet).to.equal(false);
    }
  });

  it('says in what it differs', () => {
    const wanted = { podCidr: '10.244.1.0/24' };
    expect(differenceFrom(network('10.244.1.0/24'), wanted)).to.equal(undefined);
    expect(differenceFrom(network('10.244.2.0/24'), wanted)).to.contain('subnet is 10.244.2.0/24');
    expect(differenceFrom(network('10.244.1.0/24', { 'com.docker.network.driver.mtu': '1400' }), wanted)).to.contain('1400');
    const masquerading = network('10.244.1.0/24', { 'com.docker.network.bridge.enable_ip_masquerade': 'true' });
    expect(differenceFrom(masquerading, wanted)).to.equal('it masquerades');
  });
});

describe('container events', () => {
  it('name the pod, and are passed over when they are not about one', () => {
    const line = JSON.stringify({ Actor: { ID: 'c1', Attributes: { 'longshore.dev/pod-uid': 'u1' } } });
    expect(parseEvent(line)).to.deep.equal({ podUid: 'u1', containerId: 'c1' });
    expect(parseEvent('{"Actor":{"ID":"c1","Attributes":{}}}')).to.equal(undefined);
  });
});
