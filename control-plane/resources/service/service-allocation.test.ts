import { expect } from 'chai';
import { silentLogger } from '../../../lib/log/logger.js';
import type { LongshoreError } from '../../../lib/errors/errors.js';
import type { ServiceSpec } from '../../../lib/kubernetes/types/core-v1.js';
import { makeService } from '../testing/builders.js';
import { createTestResources, type TestResources } from '../testing/test-resources.js';
import { repairServiceClaims } from './repair-claims.js';

const message = (action: Promise<unknown>): Promise<string> =>
  action.then(
    () => 'no error',
    (thrown: unknown) => (thrown as LongshoreError).message,
  );

async function claims({ store }: TestResources): Promise<string[]> {
  return (await store.list('/ranges/')).entries.map((entry) => entry.key);
}

describe('Service allocation', () => {
  let test: TestResources;
  const create = (name: string, spec: Partial<ServiceSpec> = {}) =>
    test.resources.client('services').create(makeService(name, { spec }));
  const modify = (name: string, change: (spec: ServiceSpec) => void) =>
    test.resources.client('services').modify('default', name, (service) => {
      change(service.spec);
    });
  beforeEach(async () => {
    test = await createTestResources();
  });

  it('gives every service an address of its own, also when all are created at once', async () => {
    const small = await createTestResources({ settings: { serviceCidr: '10.0.0.0/27', nodePorts: [30000, 30040] } });
    const services = small.resources.client('services');
    const made = await Promise.all(
      Array.from({ length: 25 }, (_, index) => services.create(makeService(`s${index}`, { spec: { type: 'NodePort' } }))),
    );
    expect(new Set(made.map(({ spec }) => spec.clusterIP)).size).to.equal(25);
    expect(new Set(made.map(({ spec }) => spec.ports?.[0]?.nodePort)).size).to.equal(25);
    for (let index = 25; index < 30; index++) await services.create(makeService(`s${index}`));
    expect(await message(services.create(makeService('more')))).to.contain('range 10.0.0.0/27 is full');
  });

  it('honours an address and a port that are asked for, once', async () => {
    await create('a', { clusterIP: '10.96.0.9', type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] });
    expect(await message(create('b', { clusterIP: '10.96.0.9' }))).to.equal(
      'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.9"]: failed to allocate IP 10.96.0.9: provided IP is already allocated',
    );
    expect(await message(create('b', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }))).to.equal(
      'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    );
    expect(await message(create('b', { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }))).to.contain(
      'The range of valid ports is 30000-32767',
    );
    expect(await message(create('b', { clusterIP: '10.1.0.1' }))).to.contain('not in the valid range');
    // The same address as a's, in the wording of other programs.
    expect(await message(create('b', { clusterIP: '10.96.00.9' }))).to.contain('not in the valid range');
    expect(await claims(test)).to.deep.equal(['/ranges/clusterips/10.96.0.9', '/ranges/nodeports/30080']);
  });

  it('frees what a deleted service had', async () => {
    await create('a', { clusterIP: '10.96.0.9', type: 'NodePort' });
    await test.resources.client('services').delete('default', 'a');
    expect(await claims(test)).to.deep.equal([]);
    expect((await create('b', { clusterIP: '10.96.0.9' })).spec.clusterIPs).to.deep.equal(['10.96.0.9']);
  });

  it('keeps the allocation of an update that does not mention it', async () => {
    const { spec } = await create('a', { type: 'NodePort', ports: [{ port: 80 }] });
    const updated = await test.resources
      .client('services')
      .update(makeService('a', { metadata: { uid: '' }, spec: { type: 'NodePort', ports: [{ port: 80, targetPort: 8080 }] } }));
    expect(updated.spec.clusterIP).to.equal(spec.clusterIP);
    expect(updated.spec.ports?.[0]?.nodePort).to.equal(spec.ports?.[0]?.nodePort);
  });

  it('takes and frees node ports as the type changes', async () => {
    await create('a');
    const open = await modify('a', (spec) => void (spec.type = 'NodePort'));
    expect(open?.spec.ports?.[0]?.nodePort).to.be.within(30000, 32767);
    expect(await claims(test)).to.have.length(2);
    const closed = await modify('a', (spec) => void (spec.type = 'ClusterIP'));
    expect(closed?.spec.ports?.[0]).not.to.have.property('nodePort');
    expect(closed?.spec).not.to.have.property('externalTrafficPolicy');
    expect(await claims(test)).to.have.length(1);
    const external = await modify('a', (spec) => void Object.assign(spec, { type: 'ExternalName', externalName: 'example.com' }));
    expect(external?.spec).not.to.have.property('clusterIP');
    expect(await claims(test)).to.deep.equal([]);
  });

  it('shares one node port between the TCP and the UDP of a port', async () => {
    const ports = [
      { name: 'tcp', port: 53, protocol: 'TCP' },
      { name: 'udp', port: 53, protocol: 'UDP' },
    ];
    const [tcp, udp] = (await create('dns', { type: 'NodePort', ports })).spec.ports ?? [];
    expect(tcp?.nodePort).to.equal(udp?.nodePort);
  });

  it('never changes an address, and gives none to a headless service', async () => {
    await create('a', { clusterIP: '10.96.0.9' });
    expect(await message(modify('a', (spec) => void (spec.clusterIP = '10.96.0.8')))).to.contain('may not change once set');
    const headless = await create('h', { clusterIP: 'None' });
    expect(headless.spec.clusterIPs).to.deep.equal(['None']);
    expect(await claims(test)).to.have.length(1);
  });

  it('repairs markers that do not agree with the services, and finds nothing to do afterwards', async () => {
    await create('a', { clusterIP: '10.96.0.9', type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] });
    await test.store.transact(
      [],
      [
        { kind: 'delete', key: '/ranges/clusterips/10.96.0.9' },
        { kind: 'put', key: '/ranges/nodeports/30081', value: Buffer.from('services/default/gone/x') },
      ],
    );
    expect(await repairServiceClaims(test.store, silentLogger)).to.equal(2);
    expect(await claims(test)).to.deep.equal(['/ranges/clusterips/10.96.0.9', '/ranges/nodeports/30080']);
    expect(await repairServiceClaims(test.store, silentLogger)).to.equal(0);
  });
});
