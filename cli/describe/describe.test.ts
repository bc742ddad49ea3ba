import { expect } from 'chai';

import type { Deployment, ReplicaSet } from '../../lib/kubernetes/types/apps-v1.js';
import type { Event, Node, Pod, Service } from '../../lib/kubernetes/types/core-v1.js';
import type { EndpointSlice } from '../../lib/kubernetes/types/discovery-v1.js';
import { eventsField } from './common.js';
import { describeNode } from './node.js';
import { renderPage } from './page.js';
import { describePlainly, describeSecret } from './plain.js';
import { describePod } from './pod.js';
import { describeService } from './service.js';
import { describeDeployment } from './workload.js';

const metadata = { name: 'web', namespace: 'shop', creationTimestamp: '2026-01-01T00:00:00Z' };

/** A golden text, without the indentation that it has here. */
function text(golden: string): string {
  return golden.replace(/^\n/, '').replace(/^ {6}/gm, '').trimEnd();
}

describe('renderPage', () => {
  it('aligns values, puts pages and tables below their labels, and says where there is nothing', () => {
    const page = renderPage([
      ['Name', 'web'],
      ['Long label', ['one', 'two']],
      ['None', []],
      ['Text', 'first\nsecond\n'],
      ['Page', { page: [['A', '1']] }],
      [
        'Table',
        {
          table: [
            ['H', 'I'],
            ['value', 'x'],
          ],
        },
      ],
      ['Empty', { table: [['H']] }],
    ]);
    expect(page).to.equal(
      text(`
      Name:        web
      Long label:  one
                   two
      None:        <none>
      Text:        first
                   second
      Page:
        A:  1
      Table:
        H      I
        value  x
      Empty:       <none>`),
    );
  });
});

describe('describe', () => {
  const pod = {
    metadata: {
      ...metadata,
      labels: { app: 'web' },
      annotations: { note: 'hello', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      ownerReferences: [{ kind: 'ReplicaSet', name: 'web-1', controller: true }],
    },
    spec: {
      nodeName: 'node-1',
      containers: [
        {
          name: 'main',
          image: 'web:1',
          command: ['sh', '-c', 'exit 3'],
          ports: [{ name: 'http', containerPort: 8080 }],
          resources: { requests: { cpu: '250m', memory: '64Mi' }, limits: { memory: '128Mi' } },
          readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
          env: [
            { name: 'A', value: '1' },
            { name: 'B', valueFrom: { secretKeyRef: { name: 'keys', key: 'b' } } },
          ],
          volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: true }],
        },
      ],
      volumes: [{ name: 'data', configMap: { name: 'settings' } }],
      tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
    },
    status: {
      phase: 'Running',
      hostIP: '10.0.0.1',
      podIPs: [{ ip: '10.244.0.2' }],
      qosClass: 'Burstable',
      startTime: '2026-01-01T00:00:01Z',
      conditions: [
        { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'containers with unready status: [main]' },
      ],
      containerStatuses: [
        {
          name: 'main',
          image: 'web:1',
          imageID: '',
          ready: false,
          restartCount: 2,
          state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s' } },
          lastState: { terminated: { exitCode: 3, reason: 'Error', startedAt: 'S', finishedAt: 'F' } },
        },
      ],
    },
  } as unknown as Pod;

  it('a pod', () => {
    expect(renderPage(describePod(pod))).to.equal(
      text(`
      Name:             web
      Namespace:        shop
      Created:          2026-01-01T00:00:00Z
      Labels:           app=web
      Annotations:      note: hello
      Controlled By:    ReplicaSet/web-1
      Service Account:  default
      Node:             node-1/10.0.0.1
      Started:          2026-01-01T00:00:01Z
      Status:           Running
      IP:               10.244.0.2
      QoS Class:        Burstable
      Containers:
        main:
          Image:          web:1
          Ports:          8080/TCP (http)
          Command:        sh
                          -c
                          exit 3
          State:          Waiting
            Reason:       CrashLoopBackOff
            Message:      back-off 20s
          Last State:     Terminated
            Reason:       Error
            Exit Code:    3
            Started:      S
            Finished:     F
          Ready:          False
          Restart Count:  2
          Limits:         memory: 128Mi
          Requests:       cpu: 250m
                          memory: 64Mi
          Readiness:      http-get http://:http/ready delay=0s timeout=1s period=10s #success=1 #failure=3
          Environment:    A: 1
                          B: <key b of Secret keys>
          Mounts:         /data from data (ro)
      Conditions:
        Type   Status  Reason              Message
        Ready  False   ContainersNotReady  containers with unready status: [main]
      Volumes:          data: configMap (settings)
      Node-Selectors:   <none>
      Tolerations:      gpu:NoSchedule op=Exists`),
    );
  });

  it('a node, with what its pods take of it', () => {
    const node = {
      metadata: { name: 'node-1', creationTimestamp: 'T' },
      spec: { podCIDR: '10.244.0.0/24', taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] },
      status: {
        capacity: { cpu: '2' },
        allocatable: { cpu: '2', memory: '1Gi' },
        addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
      },
    } as unknown as Node;
    const done = { ...pod, metadata: { ...metadata, name: 'done' }, status: { phase: 'Succeeded' } };
    const page = renderPage(describeNode(node, [pod, done], undefined));
    expect(page).to.contain('Taints:         a=b:NoSchedule\n');
    expect(page).to.contain(
      text(`
      Pods:
        Namespace  Name  CPU Requests  CPU Limits  Memory Requests  Memory Limits
        shop       web   250m (12%)    0 (0%)      64Mi (6%)        128Mi (12%)
      Allocated:
        Resource           Requests    Limits
        cpu                250m (12%)  0 (0%)
        memory             64Mi (6%)   128Mi (12%)
        ephemeral-storage  0           0`),
    );
  });

  it('a service, with its endpoints', () => {
    const service = {
      metadata,
      spec: {
        type: 'NodePort',
        clusterIPs: ['10.96.0.9'],
        selector: { app: 'web' },
        ports: [{ name: 'http', port: 80, targetPort: 'http', nodePort: 30080 }],
      },
    } as unknown as Service;
    const endpoint = (address: string, ready: boolean): object => ({
      addresses: [address],
      conditions: { ready },
      targetRef: { name: `pod-${address}` },
    });
    const slices = [
      { ports: [{ name: 'http', port: 8080 }], endpoints: [endpoint('10.244.0.2', true), endpoint('10.244.0.3', false)] },
    ] as unknown as EndpointSlice[];
    expect(renderPage(describeService(service, slices))).to.contain(
      text(`
      Ports:
        Name  Port    Target  Node Port  Endpoints
        http  80/TCP  http    30080/TCP  10.244.0.2:8080
      Not Ready:         10.244.0.3 (pod-10.244.0.3)`),
    );
  });

  it('a deployment, with its replica sets, newest first', () => {
    const deployment = {
      metadata,
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'web' } },
        strategy: { type: 'Recreate' },
        template: { spec: { containers: [] } },
      },
      status: { updatedReplicas: 1, replicas: 2, unavailableReplicas: 3 },
    } as unknown as Deployment;
    const set = (name: string, revision: string, replicas: number): ReplicaSet =>
      ({
        metadata: { name, annotations: { 'deployment.kubernetes.io/revision': revision } },
        spec: { replicas },
        status: { readyReplicas: replicas },
      }) as unknown as ReplicaSet;
    const page = renderPage(describeDeployment(deployment, [set('web-a', '9', 0), set('web-b', '10', 2)]));
    expect(page).to.contain('Replicas:     3 desired, 1 updated, 2 total, 0 available, 3 unavailable\nStrategy:     Recreate\n');
    expect(page).to.contain(
      text(`
      Replica Sets:
        Revision  Name   Desired  Ready
        10        web-b  2        2
        9         web-a  0        0`),
    );
  });

  it('a secret, without its values', () => {
    const page = renderPage(
      describeSecret({ apiVersion: 'v1', kind: 'Secret', metadata, data: { key: Buffer.from('hunter2').toString('base64') } }),
    );
    expect(page).to.contain('key: 7 bytes').and.not.to.contain('hunter2');
  });

  it('any other kind by its fields', () => {
    const page = renderPage(
      describePlainly({
        apiVersion: 'example.com/v1',
        kind: 'Widget',
        metadata,
        spec: { size: 3 },
        status: { conditions: [{ type: 'Ready', status: 'True' }] },
      }),
    );
    expect(page)
      .to.match(/^Kind: +Widget \(example\.com\/v1\)\n/)
      .and.to.match(/\nSpec: +size: 3\nConditions:\n {2}Type/);
  });

  it('events, oldest first, repeated ones with their count', () => {
    const nowMs = Date.parse('2026-01-01T00:10:00Z');
    const event = (reason: string, lastTimestamp: string, more: object = {}): Event =>
      ({
        type: 'Normal',
        reason,
        lastTimestamp,
        source: { component: 'kubelet' },
        message: 'a\nb',
        metadata: {},
        involvedObject: {},
        ...more,
      }) as unknown as Event;
    const field = eventsField(
      [
        event('Late', '2026-01-01T00:09:50Z', { count: 3, firstTimestamp: '2026-01-01T00:05:00Z' }),
        event('Early', '2026-01-01T00:05:00Z'),
      ],
      nowMs,
    );
    expect(renderPage([field])).to.equal(
      text(`
      Events:
        Type    Reason  Age               From     Message
        Normal  Early   5m                kubelet  a b
        Normal  Late    10s (x3 over 5m)  kubelet  a b`),
    );
  });
});
