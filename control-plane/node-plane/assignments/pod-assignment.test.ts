import { expect } from 'chai';

import type { Container, Pod, PodSpec, Service } from '../../../lib/kubernetes/types/core-v1.js';
import { podAssignment } from './pod-assignment.js';
import { referencesOf } from './references.js';
import { serviceEnvironment } from './service-environment.js';

const context = { configMaps: [], secrets: [], serviceAccount: undefined, serviceEnv: [], clusterCa: 'CA' };

const makePod = (spec: Partial<PodSpec> = {}, container: Partial<Container> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'default', name: 'web', uid: 'u1' },
  spec: { containers: [{ name: 'web', image: 'web:1', ...container }], ...spec },
});
const containerOf = (container: Partial<Container>) => podAssignment(makePod({}, container), context).spec?.containers[0];

describe('podAssignment', () => {
  const ports = [{ name: 'http', containerPort: 8080 }];

  it('turns quantities into whole numbers', () => {
    const resources = containerOf({
      resources: { requests: { cpu: '250m', memory: '64Mi' }, limits: { cpu: '1.5', memory: '1Gi', 'ephemeral-storage': '1k' } },
    })?.resources;
    expect(resources).to.deep.equal({
      requests: { cpuMillis: 250, memoryBytes: 64 * 1024 ** 2 },
      limits: { cpuMillis: 1_500, memoryBytes: 1024 ** 3, ephemeralStorageBytes: 1_000 },
    });
  });

  it('resolves named ports of probes and handlers, and fills in their defaults', () => {
    const container = containerOf({
      ports,
      readinessProbe: { httpGet: { port: 'http' } },
      livenessProbe: { tcpSocket: { port: 'nothing' }, periodSeconds: 3 },
      lifecycle: { preStop: { httpGet: { port: 'http', path: '/stop' } } },
    });
    expect(container?.readinessProbe?.handler).to.deep.equal({
      $case: 'httpGet',
      value: { path: '/', port: 8080, host: '', scheme: 'HTTP', headers: [] },
    });
    expect(container?.readinessProbe).to.include({
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    });
    expect(container?.livenessProbe?.handler).to.deep.equal({ $case: 'tcpSocket', value: { port: 0, host: '' } });
    expect(container?.livenessProbe?.periodSeconds).to.equal(3);
    expect(container?.preStop?.handler).to.have.nested.property('value.port', 8080);
  });

  const variables: [string, NonNullable<Container['env']>[number], object][] = [
    ['a value', { name: 'A', value: 'x' }, { $case: 'value', value: 'x' }],
    ['an empty value', { name: 'A' }, { $case: 'value', value: '' }],
    [
      'a key of a ConfigMap',
      { name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k', optional: true } } },
      { $case: 'configMapKey', value: { name: 'c', key: 'k', optional: true } },
    ],
    [
      'a key of a Secret',
      { name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
      { $case: 'secretKey', value: { name: 's', key: 'k', optional: false } },
    ],
    [
      'a field',
      { name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { $case: 'field', value: { fieldPath: 'status.podIP' } },
    ],
    [
      'a resource',
      { name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
      { $case: 'resource', value: { containerName: '', resource: 'limits.memory', divisorMillis: 1024 ** 2 * 1_000 } },
    ],
  ];
  for (const [title, variable, source] of variables) {
    it(`translates a variable with ${title}`, () => {
      expect(containerOf({ env: [variable] })?.env[0]).to.deep.equal({ name: 'A', source });
    });
  }

  it('translates volumes, and leaves the source of those that nodes do not know open', () => {
    const assignment = podAssignment(
      makePod({
        volumes: [
          { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
          { name: 'cm', configMap: { name: 'c', items: [{ key: 'k', path: 'p', mode: 256 }] } },
          { name: 'claim', persistentVolumeClaim: { claimName: 'x' } },
          {
            name: 'token',
            projected: {
              sources: [
                { serviceAccountToken: { path: 'token', expirationSeconds: 600 } },
                { configMap: { name: 'kube-root-ca.crt' } },
                { downwardAPI: { items: [{ path: 'ns', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
              ],
            },
          },
        ],
      }),
      context,
    );
    const [tmp, cm, claim, token] = assignment.spec?.volumes ?? [];
    expect(tmp?.source).to.deep.equal({ $case: 'emptyDir', value: { medium: 'Memory', sizeLimitBytes: 1024 ** 2 } });
    expect(cm?.source).to.deep.equal({
      $case: 'configMap',
      value: { name: 'c', items: [{ key: 'k', path: 'p', mode: 256 }], defaultMode: 0o644, optional: false },
    });
    expect(claim?.source).to.equal(undefined);
    expect(token?.source).to.have.nested.property('value.sources').with.length(3);
  });

  it('carries deletion, data of objects and a final phase', () => {
    const pod = makePod();
    pod.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    pod.metadata.deletionGracePeriodSeconds = 7;
    pod.status = { phase: 'Succeeded' };
    const assignment = podAssignment(pod, {
      ...context,
      configMaps: [
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'c' },
          data: { b: 'text' },
          binaryData: { a: Buffer.from([1, 2]).toString('base64') },
        },
      ],
    });
    expect(assignment.deletionTime?.toISOString()).to.equal('2026-01-01T00:00:00.000Z');
    expect(assignment.deletionGracePeriodSeconds).to.equal(7);
    expect(assignment.finalPhase).to.equal('Succeeded');
    expect(assignment.configMaps[0]).to.deep.equal({ name: 'c', data: { a: Buffer.from([1, 2]), b: Buffer.from('text') } });
    expect(podAssignment({ ...pod, status: { phase: 'Running' } }, context).finalPhase).to.equal('');
  });
});

describe('referencesOf', () => {
  it('finds what env, envFrom, volumes and pull secrets name, and nothing else', () => {
    const pod = makePod(
      {
        imagePullSecrets: [{ name: 'pull' }],
        volumes: [
          { name: 'a', secret: { secretName: 'volume' } },
          { name: 'b', projected: { sources: [{ configMap: { name: 'projected' } }] } },
        ],
      },
      {
        envFrom: [{ configMapRef: { name: 'from' } }],
        env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'key', key: 'k' } } }],
      },
    );
    const { configMaps, secrets } = referencesOf(pod);
    expect([...configMaps].sort()).to.deep.equal(['from', 'projected']);
    expect([...secrets].sort()).to.deep.equal(['key', 'pull', 'volume']);
  });

  it("takes the service account's pull secrets for a pod without its own", () => {
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default' },
      imagePullSecrets: [{ name: 'lent' }],
    };
    expect([...referencesOf(makePod(), account).secrets]).to.deep.equal(['lent']);
    expect([...referencesOf(makePod({ imagePullSecrets: [{ name: 'own' }] }), account).secrets]).to.deep.equal(['own']);
  });
});

describe('serviceEnvironment', () => {
  it('names services as Kubernetes does, and skips headless ones', () => {
    const service = (name: string, spec: Service['spec']): Service => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec,
    });
    const variables = serviceEnvironment([
      service('redis-main', { clusterIP: '10.96.0.5', ports: [{ name: 'db', port: 6379, protocol: 'TCP' }] }),
      service('headless', { clusterIP: 'None', ports: [{ port: 1 }] }),
    ]);
    expect(variables.map(({ name, source }) => `${name}=${JSON.stringify(source?.value)}`)).to.deep.equal([
      'REDIS_MAIN_SERVICE_HOST="10.96.0.5"',
      'REDIS_MAIN_SERVICE_PORT="6379"',
      'REDIS_MAIN_SERVICE_PORT_DB="6379"',
      'REDIS_MAIN_PORT="tcp://10.96.0.5:6379"',
      'REDIS_MAIN_PORT_6379_TCP="tcp://10.96.0.5:6379"',
      'REDIS_MAIN_PORT_6379_TCP_PROTO="tcp"',
      'REDIS_MAIN_PORT_6379_TCP_PORT="6379"',
      'REDIS_MAIN_PORT_6379_TCP_ADDR="10.96.0.5"',
    ]);
  });
});
