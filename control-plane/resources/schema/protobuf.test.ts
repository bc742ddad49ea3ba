import { expect } from 'chai';
import { makeDeployment, makePod } from '../testing/builders.js';
import { encodeProtobuf } from '../testing/protobuf-encoder.js';
import { createTestResources } from '../testing/test-resources.js';
import { decodeProtobuf, schemaTypeOf } from './protobuf.js';

describe('decodeProtobuf', () => {
  it('reads back a defaulted pod with volumes, probes and quantities', async () => {
    const { resources } = await createTestResources();
    const pod = await resources.client('pods').create(
      makePod('web', {
        containers: [
          {
            name: 'web',
            image: 'web:1',
            resources: { limits: { cpu: '500m', memory: '1Gi' } },
            ports: [{ containerPort: 80, name: 'http' }],
            env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: true } } }],
            readinessProbe: { httpGet: { port: 'http' }, initialDelaySeconds: 5 },
            livenessProbe: { exec: { command: ['true'] } },
            securityContext: { runAsUser: 0, capabilities: { add: ['NET_ADMIN'] } },
          },
        ],
        spec: {
          nodeSelector: { disk: 'ssd' },
          volumes: [
            { name: 'a', configMap: { name: 'c', items: [{ key: 'k', path: 'p' }] } },
            { name: 'b', emptyDir: { medium: 'Memory' } },
          ],
          topologySpreadConstraints: [
            { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { a: 'b' } } },
          ],
        },
      }),
    );
    expect(decodeProtobuf(encodeProtobuf(pod))).to.deep.equal(pod);
  });

  const objects: { apiVersion: string; kind: string; [field: string]: unknown }[] = [
    { ...makeDeployment('web', { replicas: 0, spec: { strategy: { rollingUpdate: { maxSurge: '50%', maxUnavailable: 1 } } } }) },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { a: 'ä', b: 'multi\nline' },
      binaryData: { c: 'AAEC' },
    },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: 'YQ==' }, type: 'Opaque' },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' }, spec: {}, status: {} },
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l', creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: { renewTime: '2026-01-01T00:00:00.123456Z', leaseDurationSeconds: 8 },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'e' },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: false } }],
      ports: [{ name: 'http', port: 80 }],
    },
    { apiVersion: 'apps/v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, propagationPolicy: 'Background' },
  ];
  for (const object of objects) {
    it(`reads back a ${object.kind}`, () => {
      expect(decodeProtobuf(encodeProtobuf(object))).to.deep.equal(object);
    });
  }

  it('leaves out what Go writes for fields that nobody set', () => {
    const sent = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', generateName: '', namespace: '', uid: '', creationTimestamp: null, generation: 0 },
      spec: {
        containers: [{ name: 'a', image: 'i', tty: false, workingDir: '' }],
        hostNetwork: false,
        automountServiceAccountToken: false,
      },
    };
    expect(decodeProtobuf(encodeProtobuf(sent))).to.deep.equal({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'a', image: 'i' }], automountServiceAccountToken: false },
    });
  });

  it('refuses what is no such body', () => {
    const valid = encodeProtobuf(makePod('p'));
    expect(() => decodeProtobuf(Buffer.from('{}'))).to.throw('expected prefix');
    expect(() => decodeProtobuf(valid.subarray(0, valid.length - 20))).to.throw('cannot be read');
    expect(() => decodeProtobuf(Buffer.from('k8s\0'))).to.throw('no kind "" is registered');
    expect(schemaTypeOf('rbac.authorization.k8s.io/v1', 'Role')).to.equal('rbac.v1.Role');
    expect(schemaTypeOf('example.com/v1', 'Thing')).to.equal(undefined);
  });
});
