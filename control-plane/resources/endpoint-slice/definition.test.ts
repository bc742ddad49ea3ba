import { expect } from 'chai';

import type { Endpoints, Service } from '../../../lib/kubernetes/types/core-v1.js';
import type { EndpointSlice } from '../../../lib/kubernetes/types/discovery-v1.js';
import { endpointsDefinition } from '../endpoints/definition.js';
import { validateService } from '../service/service-validation.js';
import { endpointSliceDefinition } from './definition.js';

const metadata = { namespace: 'default', name: 'web' };

describe('addresses behind a service', () => {
  const sliceCauses = (addressType: string, ...addresses: string[]): string[] => {
    const slice: EndpointSlice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata,
      addressType,
      endpoints: [{ addresses }],
    };
    return (endpointSliceDefinition.validate?.(slice, undefined) ?? []).map(({ field }) => field);
  };

  it('are of the type that the EndpointSlice names', () => {
    expect(sliceCauses('IPv4', '10.244.1.5', 'fd00::1')).to.deep.equal(['endpoints[0].addresses[1]']);
    expect(sliceCauses('IPv6', '10.244.1.5', 'fd00::1')).to.deep.equal(['endpoints[0].addresses[0]']);
    expect(sliceCauses('FQDN', 'db.example.com', 'not a name')).to.deep.equal(['endpoints[0].addresses[1]']);
  });

  it('are written in the one way that all programs read alike', () => {
    for (const odd of ['1', '0x7f.1', '010.0.0.1', '127.0.0.1']) expect(sliceCauses('IPv4', odd)).to.have.lengthOf(1);
    const endpoints: Endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: [{ addresses: [{ ip: '0x0a.1' }] }] };
    expect(endpointsDefinition.validate?.(endpoints, undefined)).to.have.lengthOf(1);
    const service: Service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { type: 'ClusterIP', ports: [{ port: 80, targetPort: 80 }], externalIPs: ['203.0.113.7', '1', '0x7f.1'] },
    };
    expect(validateService(service, undefined).map(({ field }) => field)).to.deep.equal([
      'spec.externalIPs[1]',
      'spec.externalIPs[2]',
    ]);
  });
});
