import { expect } from 'chai';

import type { Pod, Service } from '../../lib/kubernetes/types/core-v1.js';
import { parsePortMapping, resolvePort } from './forwarded-port.js';

describe('Forwarded ports', () => {
  const mappings: [string, { local: number; remote: number | string }][] = [
    ['80', { local: 80, remote: 80 }],
    ['8080:80', { local: 8080, remote: 80 }],
    [':80', { local: 0, remote: 80 }],
    ['8080:http', { local: 8080, remote: 'http' }],
    ['http', { local: 0, remote: 'http' }],
  ];
  for (const [text, mapping] of mappings) {
    it(`reads ${text}`, () => expect(parsePortMapping(text)).to.deep.equal(mapping));
  }
  for (const text of ['', 'a b', '80:', '70000:80', '80:70000', '1:2:3', 'HTTP']) {
    it(`refuses "${text}"`, () => expect(() => parsePortMapping(text)).to.throw('is no port'));
  }

  const pod = {
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }] },
  } as unknown as Pod;
  const service = {
    metadata: { name: 's' },
    spec: { ports: [{ name: 'web', port: 80, targetPort: 'http' }, { port: 90 }] },
  } as unknown as Service;

  it("finds the pod's port behind a name, and behind a service's port", () => {
    expect(resolvePort(5432, pod, undefined)).to.equal(5432);
    expect(resolvePort('http', pod, undefined)).to.equal(8080);
    expect(resolvePort(80, pod, service)).to.equal(8080);
    expect(resolvePort('web', pod, service)).to.equal(8080);
    expect(resolvePort(90, pod, service)).to.equal(90);
  });

  it('names the ports that there are', () => {
    expect(() => resolvePort('grpc', pod, undefined)).to.throw('pod p has no port named grpc; it has 8080 (http)');
    expect(() => resolvePort(8080, pod, service)).to.throw('service s has no port 8080; it has 80 (web), 90');
  });
});
