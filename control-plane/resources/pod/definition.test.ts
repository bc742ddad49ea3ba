import { expect } from 'chai';
import type { LongshoreError } from '../../../lib/errors/errors.js';
import type { Container, Pod, PodSpec } from '../../../lib/kubernetes/types/core-v1.js';
import type { FieldCause } from '../causes.js';
import { makePod, makeServiceAccount } from '../testing/builders.js';
import { createTestResources, type TestResources } from '../testing/test-resources.js';
import { pullPolicyOf } from './container-defaults.js';
import { podColumns } from './pod-columns.js';
import { qosClassOf } from './qos-class.js';

describe('Pod', () => {
  let test: TestResources;
  beforeEach(async () => {
    test = await createTestResources({ random: () => 0 });
  });
  const create = (pod: Pod): Promise<Pod> => test.resources.client('pods').create(pod);

  it('shows every default that Kubernetes would', async () => {
    const { metadata, ...pod } = await create(
      makePod('web', {
        containers: [
          {
            name: 'web',
            image: 'web',
            ports: [{ containerPort: 80 }],
            resources: { limits: { cpu: '1' } },
            readinessProbe: { httpGet: { port: 80 } },
          },
        ],
        spec: { volumes: [{ name: 'config', configMap: { name: 'c' } }, { name: 'scratch' }] },
      }),
    );
    expect(metadata.name).to.equal('web');
    const toleration = (key: string) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 2 });
    expect(pod).to.deep.equal({
      apiVersion: 'v1',
      kind: 'Pod',
      spec: {
        volumes: [
          { name: 'config', configMap: { name: 'c', defaultMode: 420 } },
          { name: 'scratch', emptyDir: {} },
          {
            name: 'kube-api-access-bbbbb',
            projected: {
              defaultMode: 420,
              sources: [
                { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
                { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
                {
                  downwardAPI: {
                    items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
                  },
                },
              ],
            },
          },
        ],
        containers: [
          {
            name: 'web',
            image: 'web',
            imagePullPolicy: 'Always',
            ports: [{ containerPort: 80, protocol: 'TCP' }],
            resources: { limits: { cpu: '1' }, requests: { cpu: '1' } },
            readinessProbe: {
              httpGet: { path: '/', port: 80, scheme: 'HTTP' },
              timeoutSeconds: 1,
              periodSeconds: 10,
              successThreshold: 1,
              failureThreshold: 3,
            },
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            volumeMounts: [
              { name: 'kube-api-access-bbbbb', readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
            ],
          },
        ],
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        serviceAccountName: 'default',
        serviceAccount: 'default',
        securityContext: {},
        schedulerName: 'default-scheduler',
        enableServiceLinks: true,
        priority: 0,
        preemptionPolicy: 'PreemptLowerPriority',
        tolerations: [toleration('node.kubernetes.io/not-ready'), toleration('node.kubernetes.io/unreachable')],
      },
      status: { phase: 'Pending', qosClass: 'Burstable' },
    });
  });

  it('is refused without its service account, and has no token where somebody opted out', async () => {
    const error = await create(makePod('a', { spec: { serviceAccountName: 'robot' } })).catch(
      (thrown: unknown) => thrown as LongshoreError,
    );
    expect(error).to.include({
      code: 'PermissionDenied',
      message: 'pods "a" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found',
    });
    await test.resources
      .client('serviceaccounts')
      .create({ ...makeServiceAccount('robot'), automountServiceAccountToken: false });
    expect((await create(makePod('a', { spec: { serviceAccountName: 'robot' } }))).spec).not.to.have.property('volumes');
  });

  it('keeps tolerations of its own for lost nodes', async () => {
    const own = [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }];
    const { tolerations } = (await create(makePod('a', { spec: { tolerations: own } }))).spec;
    expect(tolerations?.map(({ tolerationSeconds }) => tolerationSeconds)).to.deep.equal([300, 2]);
    const all = [{ operator: 'Exists' }];
    expect((await create(makePod('b', { spec: { tolerations: all } }))).spec.tolerations).to.deep.equal(all);
  });

  const wrong: [string, Partial<PodSpec>, Partial<Container>, string][] = [
    ['no image', {}, { image: '' }, 'FieldValueRequired spec.containers[0].image'],
    [
      'a port out of range',
      {},
      { ports: [{ containerPort: 70000 }] },
      'FieldValueInvalid spec.containers[0].ports[0].containerPort',
    ],
    [
      'a request above its limit',
      {},
      { resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } },
      'FieldValueInvalid spec.containers[0].resources.requests',
    ],
    ['a probe without a handler', {}, { livenessProbe: {} }, 'FieldValueRequired spec.containers[0].livenessProbe'],
    [
      'a probe with two handlers',
      {},
      { livenessProbe: { exec: { command: ['a'] }, tcpSocket: { port: 1 } } },
      'FieldValueForbidden spec.containers[0].livenessProbe.tcpSocket',
    ],
    [
      'two sources of one variable',
      {},
      { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'x' }, secretKeyRef: { name: 's', key: 'k' } } }] },
      'FieldValueInvalid spec.containers[0].env[0].valueFrom',
    ],
    [
      'two sources of one volume',
      { volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/' } }] },
      {},
      'FieldValueForbidden spec.volumes[0].hostPath',
    ],
    [
      'a path that leaves the volume',
      { volumes: [{ name: 'v', secret: { secretName: 's', items: [{ key: 'k', path: '../x' }] } }] },
      {},
      'FieldValueInvalid spec.volumes[0].secret.items[0].path',
    ],
    ['no nameserver with dnsPolicy None', { dnsPolicy: 'None' }, {}, 'FieldValueRequired spec.dnsConfig.nameservers'],
  ];
  for (const [what, spec, container, expected] of wrong) {
    it(`is refused with ${what}`, async () => {
      const pod = makePod('a', { containers: [{ name: 'main', image: 'i', ...container }], spec });
      const error = (await create(pod).catch((thrown: unknown) => thrown)) as LongshoreError;
      const causes = error.fields['causes'] as FieldCause[];
      expect(causes.map(({ reason, field }) => `${reason} ${field}`)).to.deep.equal([expected]);
    });
  }
});

describe('pullPolicyOf', () => {
  const images: Record<string, string> = {
    web: 'Always',
    'web:latest': 'Always',
    'web:1': 'IfNotPresent',
    'registry:5000/web': 'Always',
    'registry:5000/web:1': 'IfNotPresent',
    'web@sha256:abc': 'IfNotPresent',
  };
  for (const [image, policy] of Object.entries(images)) {
    it(`is ${policy} for ${image}`, () => {
      expect(pullPolicyOf(image)).to.equal(policy);
    });
  }
});

describe('qosClassOf', () => {
  const spec = (resources: Container['resources']): PodSpec => ({
    containers: [{ name: 'a', ...(resources ? { resources } : {}) }],
  });
  it('tells the three classes apart', () => {
    const both = { cpu: '1', memory: '1Gi' };
    expect(qosClassOf(spec(undefined))).to.equal('BestEffort');
    expect(qosClassOf(spec({ requests: both, limits: both }))).to.equal('Guaranteed');
    expect(qosClassOf(spec({ requests: { cpu: '500m', memory: '1Gi' }, limits: both }))).to.equal('Burstable');
  });
});

describe('Pod columns', () => {
  const nowMs = Date.parse('2026-01-01T00:10:00Z');
  const row = (pod: Pod): string[] => podColumns.slice(1, 4).map((column) => String(column.cell(pod, nowMs)));
  const status = { name: 'main', image: 'i', imageID: '', ready: false, restartCount: 0 };

  it('shows waiting reasons, restarts and how long ago', () => {
    const pod = makePod('a', { phase: 'Running' });
    pod.status = {
      phase: 'Running',
      containerStatuses: [
        {
          ...status,
          restartCount: 3,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:05:00Z' } },
        },
      ],
    };
    expect(row(pod)).to.deep.equal(['0/1', 'CrashLoopBackOff', '3 (5m ago)']);
  });

  it('counts init containers, and tells what is terminating', () => {
    const pod = makePod('a', { phase: 'Pending', spec: { initContainers: [{ name: 'one', image: 'i' }] } });
    pod.status = { phase: 'Pending', initContainerStatuses: [{ ...status, name: 'one', state: { running: {} } }] };
    expect(row(pod)).to.deep.equal(['0/1', 'Init:0/1', '0']);
    pod.metadata.deletionTimestamp = '2026-01-01T00:10:30Z';
    expect(row(pod)[1]).to.equal('Terminating');
  });

  it('shows how a container ended', () => {
    const pod = makePod('a');
    pod.status = { phase: 'Failed', containerStatuses: [{ ...status, state: { terminated: { exitCode: 3 } } }] };
    expect(row(pod)[1]).to.equal('ExitCode:3');
  });
});
