import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { type ChannelCredentials, credentials, makeClientConstructor, type ServiceDefinition } from '@grpc/grpc-js';
import { load } from '@grpc/proto-loader';
import { expect } from 'chai';
import { protoPath } from 'grpc-health-check';

import { agentOf } from '../../control-plane/node-plane/access.js';
import { callUnary, readStream } from '../../lib/grpc/client.js';
import { type AgentIdentity, nodePlaneChannelOptions } from '../../lib/identity/agent-identity.js';
import { createCertificateRequest } from '../../lib/identity/certificate-request.js';
import { ensureKeyFile } from '../../lib/identity/key-file.js';
import type { Pod } from '../../lib/kubernetes/types/core-v1.js';
import { nodeVersion } from '../../lib/version/node-version.js';
import { AgentRole, BootstrapServiceClient } from '../../proto/gen/longshore/bootstrap/v1/bootstrap.js';
import {
  NodeServiceClient,
  NodeStatus,
  RegisterRequest,
  type RegisterResponse,
  UpdateKind,
  type WatchAssignmentsResponse,
} from '../../proto/gen/longshore/node/v1/node.js';
import { ContainerStatus, PodStatusReport } from '../../proto/gen/longshore/node/v1/pod_status.js';
import {
  RoutingServiceClient,
  UpdateKind as RouteUpdate,
  type WatchRoutesResponse,
} from '../../proto/gen/longshore/routing/v1/routing.js';
import { type AttachRequest, StreamServiceClient } from '../../proto/gen/longshore/streams/v1/streams.js';
import { NodePlaneHarness } from './node-plane-harness.js';

const codeOf = (promise: Promise<unknown>): Promise<string | number> =>
  promise.then(
    () => 'ok',
    (error: unknown) => (error as { code: string | number }).code,
  );
const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'ok',
    (error: unknown) => (error as Error).message,
  );

describe('node plane', () => {
  let plane: NodePlaneHarness;
  const closers: (() => void)[] = [];
  const nodeClient = (identity: AgentIdentity): NodeServiceClient => {
    const client = new NodeServiceClient(plane.server, identity.credentials(), nodePlaneChannelOptions);
    closers.push(() => {
      client.close();
    });
    return client;
  };
  const register = (client: NodeServiceClient, nodeName: string): Promise<RegisterResponse> =>
    callUnary(client.register.bind(client), registerRequest(nodeName));
  const joined = async (
    nodeName: string,
  ): Promise<{ client: NodeServiceClient; identity: AgentIdentity; registered: RegisterResponse }> => {
    const identity = await plane.join(nodeName, 'kubelet', { token: await plane.joinToken() });
    const client = nodeClient(identity);
    return { client, identity, registered: await register(client, nodeName) };
  };
  const followRoutes = (proxy: AgentIdentity): { messages: AsyncIterator<WatchRoutesResponse>; stop: () => void } => {
    const client = new RoutingServiceClient(plane.server, proxy.credentials(), nodePlaneChannelOptions);
    const stop = new AbortController();
    closers.unshift(() => {
      stop.abort();
      client.close();
    });
    const messages = readStream(client.watchRoutes({ nodeName: 'n1' }), stop.signal)[Symbol.asyncIterator]();
    return { messages, stop: () => stop.abort() };
  };
  const createPod = (name: string, nodeName: string, changes: Partial<Pod['spec']> = {}): Promise<Pod> =>
    plane.resources.client('pods').create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'default', name },
      spec: { nodeName, containers: [{ name: 'web', image: 'web:1' }], ...changes },
    });

  beforeEach(async () => {
    plane = await NodePlaneHarness.start();
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) close();
    await plane.stop();
  });

  describe('joining', () => {
    it('gives a certificate for the node and role, and keeps it over a restart', async () => {
      const token = await plane.joinToken();
      const first = await plane.join('n1', 'kubelet', { token });
      const second = await plane.join('n1', 'kubelet', { token: token });
      expect(second.certificatePem).to.equal(first.certificatePem);
      expect(first.certificatePem).to.match(/BEGIN CERTIFICATE/);
    });

    it('refuses a control plane whose CA is not the one in the token, and says why', async () => {
      const token = (await plane.joinToken()).replace(/[0-9a-f]{64}$/, 'ab'.repeat(32));
      const message = await messageOf(plane.join('n1', 'kubelet', { token }));
      expect(message).to.contain('another certificate authority').and.contain('abab');
    });

    it('refuses unknown, expired and used-up tokens', async () => {
      const expired = await plane.joinToken({ expiresAtMs: Date.now() - 1 });
      expect(await messageOf(plane.join('n1', 'kubelet', { token: expired }))).to.contain('expired');
      const once = await plane.joinToken({ usageLimit: 1 });
      await plane.join('n1', 'kubelet', { token: once });
      expect(await messageOf(plane.join('n2', 'kubelet', { token: once }))).to.contain('used up');
      const unknown = (await plane.joinToken()).replace(/^.{6}/, 'zzzzzz');
      expect(await codeOf(plane.join('n3', 'kubelet', { token: unknown }))).to.equal('Unauthenticated');
    });

    it('counts uses exactly when many join at once', async () => {
      const token = await plane.joinToken({ usageLimit: 3 });
      const results = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => codeOf(plane.join(`n${n}`, 'kube-proxy', { token }))));
      expect(results.filter((result) => result === 'ok')).to.have.length(3);
      expect(results.filter((result) => result === 'Unauthenticated')).to.have.length(3);
    });

    const issueTo = async (role: AgentRole, privateKeyPem: string): Promise<string | number> => {
      const client = new BootstrapServiceClient(
        plane.server,
        credentials.createSsl(Buffer.from(plane.authority.certificatePem)),
        nodePlaneChannelOptions,
      );
      closers.push(() => {
        client.close();
      });
      const token = (await plane.joinToken()).split('.').slice(0, 2).join('.');
      const certificateSigningRequest = createCertificateRequest(privateKeyPem, 'n1');
      return codeOf(callUnary(client.issueCertificate.bind(client), { token, nodeName: 'n1', role, certificateSigningRequest }));
    };

    it('does not give the name of a live node to another key', async () => {
      const { identity } = await joined('n1');
      const intruder = await ensureKeyFile(`${plane.dir}/intruder.key`);
      expect(await issueTo(AgentRole.AGENT_ROLE_KUBELET, intruder)).to.equal('AlreadyExists');
      expect(await issueTo(AgentRole.AGENT_ROLE_KUBELET, identity.privateKeyPem)).to.equal('ok');
    });

    it('does not give the name of a connected kube-proxy to another key, nor its stream', async () => {
      await joined('n1');
      const proxy = await plane.join('n1', 'kube-proxy', { token: await plane.joinToken() });
      // Got its certificate while no proxy was connected.
      const early = await plane.join('n1', 'kube-proxy', { token: await plane.joinToken(), dir: `${plane.dir}/early` });
      const first = followRoutes(proxy);
      expect((await first.messages.next()).value).to.have.property('kind', RouteUpdate.UPDATE_KIND_COMPLETE);
      const intruder = await ensureKeyFile(`${plane.dir}/intruder.key`);
      expect(await issueTo(AgentRole.AGENT_ROLE_KUBE_PROXY, intruder)).to.equal('AlreadyExists');
      expect(await codeOf(followRoutes(early).messages.next())).to.equal('AlreadyExists');

      // The same proxy, restarted, takes over; a reinstalled one joins once the old one is gone.
      const second = followRoutes(proxy);
      expect((await second.messages.next()).value).to.have.property('kind', RouteUpdate.UPDATE_KIND_COMPLETE);
      expect(await codeOf(first.messages.next())).to.equal('Conflict');
      second.stop();
      await pause(50);
      expect(await issueTo(AgentRole.AGENT_ROLE_KUBE_PROXY, intruder)).to.equal('ok');
    });
  });

  describe('access', () => {
    it('answers nothing but bootstrap without a certificate', async () => {
      const client = new NodeServiceClient(
        plane.server,
        credentials.createSsl(Buffer.from(plane.authority.certificatePem)),
        nodePlaneChannelOptions,
      );
      expect(await codeOf(callUnary(client.register.bind(client), registerRequest('n1')))).to.equal('Unauthenticated');
      client.close();
    });

    it("denies a node the other nodes' affairs, and a kube-proxy the kubelet's", async () => {
      const { client, registered } = await joined('n1');
      const other = await joined('n2');
      expect(await codeOf(register(client, 'n2'))).to.equal('PermissionDenied');
      expect(
        await codeOf(
          callUnary(other.client.heartbeat.bind(other.client), { sessionId: registered.sessionId, status: undefined }),
        ),
      ).to.equal('FailedPrecondition');
      const proxy = nodeClient(await plane.join('n1', 'kube-proxy', { token: await plane.joinToken() }));
      expect(await codeOf(register(proxy, 'n1'))).to.equal('PermissionDenied');
    });

    it('reads the agent from a certificate', () => {
      const subject = { O: 'system:nodes', CN: 'system:node:n1' };
      expect(agentOf({ subject } as never)).to.deep.equal({ role: 'kubelet', nodeName: 'n1' });
      expect(agentOf({ subject: { ...subject, O: 'system:masters' } } as never)).to.equal(undefined);
    });
  });

  describe('registration', () => {
    it('makes the Node with labels, taints, status and a pod CIDR of its own', async () => {
      const all = await Promise.all(['n1', 'n2', 'n3'].map(joined));
      expect(new Set(all.map(({ registered }) => registered.podCidr)).size).to.equal(3);
      const node = await plane.resources.client('nodes').get('', 'n1');
      expect(node?.metadata.labels).to.include({ 'kubernetes.io/hostname': 'n1', 'kubernetes.io/arch': 'amd64', zone: 'a' });
      expect(node?.status?.capacity).to.include({ cpu: '2', memory: '4Gi', pods: '110' });
      expect(node?.status?.conditions?.find(({ type }) => type === 'Ready')).to.include({ status: 'True' });
      expect(node?.spec?.podCIDR).to.equal(all[0]?.registered.podCidr);
      expect(node?.spec?.taints?.[0]).to.include({ key: 'dedicated', effect: 'NoSchedule' });
    });

    it('fences the older session and ends its streams', async () => {
      const { client, registered } = await joined('n1');
      const stop = new AbortController();
      const stream = client.watchAssignments({ sessionId: registered.sessionId });
      const ended = codeOf(
        (async () => {
          for await (const message of readStream(stream, stop.signal)) expect(message.kind).to.be.a('number');
        })(),
      );
      await pause(50);
      const again = await register(client, 'n1');
      expect(await ended).to.equal('FailedPrecondition');
      const heartbeat = (sessionId: string): Promise<unknown> =>
        callUnary(client.heartbeat.bind(client), { sessionId, status: undefined });
      expect(await codeOf(heartbeat(registered.sessionId))).to.equal('FailedPrecondition');
      expect(await codeOf(heartbeat(again.sessionId))).to.equal('ok');
      expect(again.podCidr).to.equal(registered.podCidr);
    });

    it('renews the Lease, and puts Ready right after somebody else had set it Unknown', async () => {
      const { client, registered } = await joined('n1');
      const leases = plane.resources.client('leases.coordination.k8s.io');
      const before = await leases.get('kube-node-lease', 'n1');
      await plane.resources.client('nodes').modify(
        '',
        'n1',
        (node) => {
          for (const condition of node.status?.conditions ?? []) condition.status = 'Unknown';
        },
        { subresource: 'status' },
      );
      await pause(20);
      await callUnary(client.heartbeat.bind(client), { sessionId: registered.sessionId, status: undefined });
      const after = await leases.get('kube-node-lease', 'n1');
      expect(after?.spec?.renewTime).to.not.equal(before?.spec?.renewTime);
      const node = await plane.resources.client('nodes').get('', 'n1');
      expect(node?.status?.conditions?.find(({ type }) => type === 'Ready')?.status).to.equal('True');
    });

    it('writes no Node for a heartbeat that brings nothing new', async () => {
      const { client, registered } = await joined('n1');
      const before = await plane.resources.client('nodes').get('', 'n1');
      const { status } = registerRequest('n1');
      await callUnary(client.heartbeat.bind(client), { sessionId: registered.sessionId, status });
      await callUnary(client.heartbeat.bind(client), { sessionId: registered.sessionId, status: undefined });
      const after = await plane.resources.client('nodes').get('', 'n1');
      expect(after?.metadata.resourceVersion).to.equal(before?.metadata.resourceVersion);
    });

    it('keeps taken away what a user took off, but for the labels that say what the node is', async () => {
      const { client } = await joined('n1');
      const nodes = plane.resources.client('nodes');
      await nodes.modify('', 'n1', (draft) => {
        draft.metadata.labels = { mine: 'yes', 'kubernetes.io/hostname': 'wrong' };
      });
      await register(client, 'n1');
      const { labels } = (await nodes.get('', 'n1'))?.metadata ?? {};
      expect(labels).to.include({ mine: 'yes', 'kubernetes.io/hostname': 'n1', 'kubernetes.io/os': 'linux' });
      expect(labels).not.to.have.property('zone');
    });

    it('keeps pods off a new node that is not ready yet', async () => {
      const identity = await plane.join('n1', 'kubelet', { token: await plane.joinToken() });
      const client = nodeClient(identity);
      const request = registerRequest('n1');
      const conditions = [
        { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: 'starting', lastTransitionTime: undefined },
      ];
      await callUnary(
        client.register.bind(client),
        RegisterRequest.create({ ...request, status: { ...request.status, conditions } }),
      );
      const taints = (await plane.resources.client('nodes').get('', 'n1'))?.spec.taints;
      expect(taints).to.deep.include({ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' });
    });

    it('asks the agents to register again when their Node was deleted, and renews nothing meanwhile', async () => {
      const { client, registered, identity } = await joined('n1');
      const proxy = followRoutes(await plane.join('n1', 'kube-proxy', { token: await plane.joinToken() }));
      await proxy.messages.next();
      const assignments = readStream(client.watchAssignments({ sessionId: registered.sessionId }), new AbortController().signal);
      await assignments[Symbol.asyncIterator]().next();
      await plane.resources.client('nodes').delete('', 'n1');
      expect(await codeOf(assignments[Symbol.asyncIterator]().next())).to.equal('FailedPrecondition');
      expect(await codeOf(proxy.messages.next())).to.equal('NotFound');
      const renew = (): Promise<string> =>
        messageOf(
          callUnary(client.renewCertificate.bind(client), {
            certificateSigningRequest: createCertificateRequest(identity.privateKeyPem, 'n1'),
          }),
        );
      expect(await renew()).to.contain('node n1 does not exist: its kubelet agent makes it anew');
      expect(
        await codeOf(callUnary(client.heartbeat.bind(client), { sessionId: registered.sessionId, status: undefined })),
      ).to.equal('FailedPrecondition');
      expect((await register(client, 'n1')).podCidr).to.equal(registered.podCidr);
      expect(await renew()).to.equal('ok');
    });

    it('serves an agent of another version, and says so on its Node', async () => {
      const { client } = await joined('n1');
      const request = registerRequest('n1');
      const newer = nodeVersion('999.0.0');
      const info = { ...request.status!.info!, kubeletVersion: newer };
      const { sessionId } = await callUnary(client.register.bind(client), { ...request, status: { ...request.status!, info } });
      expect(sessionId).not.to.equal('');
      expect(plane.recorded.map(({ reason }) => reason)).to.include('VersionSkew');
      expect((await plane.resources.client('nodes').get('', 'n1'))?.status?.nodeInfo?.kubeletVersion).to.equal(newer);
    });
  });

  describe('assignments', () => {
    const follow = (client: NodeServiceClient, sessionId: string) => {
      const stop = new AbortController();
      closers.unshift(() => {
        stop.abort();
      });
      const messages = readStream(client.watchAssignments({ sessionId }), stop.signal);
      return async (): Promise<WatchAssignmentsResponse> => {
        const { value } = await messages.next();
        if (!value) throw new Error('the stream ended');
        return value;
      };
    };

    it('sends what is there, then changes chained by revision, with the data that pods use', async () => {
      const { client, registered } = await joined('n1');
      const pods = plane.resources.client('pods');
      await createPod('first', 'n1');
      await createPod('elsewhere', 'n2');
      const next = follow(client, registered.sessionId);
      const complete = await next();
      expect(complete.kind).to.equal(UpdateKind.UPDATE_KIND_COMPLETE);
      expect(complete.assigned.map(({ pod }) => pod?.name)).to.deep.equal(['first']);

      await plane.resources.client('configmaps').create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { namespace: 'default', name: 'settings' },
        data: { color: 'blue' },
      });
      const second = await createPod('second', 'n1', {
        containers: [{ name: 'web', image: 'web:1', envFrom: [{ configMapRef: { name: 'settings' } }] }],
      });
      const added = await next();
      expect(added.kind).to.equal(UpdateKind.UPDATE_KIND_INCREMENTAL);
      expect(added.appliesToRevision).to.equal(complete.revision);
      expect(added.assigned[0]?.configMaps[0]?.data['color']?.toString()).to.equal('blue');

      await plane.resources.client('configmaps').modify('default', 'settings', (draft) => {
        draft.data = { color: 'green' };
      });
      const changed = await next();
      expect(changed.assigned.map(({ pod }) => pod?.name)).to.deep.equal(['second']);
      expect(changed.assigned[0]?.configMaps[0]?.data['color']?.toString()).to.equal('green');
      expect(changed.appliesToRevision).to.equal(added.revision);

      await pods.delete('default', 'second', { gracePeriodSeconds: 0 });
      const removed = await next();
      expect(removed.removedPodUids).to.deep.equal([second.metadata.uid]);
    });

    it('sends nothing for a change that does not concern the node', async () => {
      const { client, registered } = await joined('n1');
      const pod = await createPod('first', 'n1');
      const next = follow(client, registered.sessionId);
      await next();
      await plane.resources.client('pods').modify(
        'default',
        'first',
        (draft) => {
          draft.status = { ...draft.status, phase: 'Running' };
        },
        { subresource: 'status' },
      );
      await createPod('second', 'n1');
      expect((await next()).assigned.map((assignment) => assignment.pod?.name)).to.deep.equal(['second']);
      expect(pod.metadata.uid).to.be.a('string');
    });

    it('splits a large set into messages below 1 MB', async () => {
      const { client, registered } = await joined('n1');
      for (let n = 0; n < 6; n++) {
        await plane.resources.client('configmaps').create({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { namespace: 'default', name: `big-${n}` },
          data: { text: 'x'.repeat(300_000) },
        });
        await createPod(`pod-${n}`, 'n1', {
          containers: [{ name: 'web', image: 'web:1', envFrom: [{ configMapRef: { name: `big-${n}` } }] }],
        });
      }
      const next = follow(client, registered.sessionId);
      const names: string[] = [];
      let messages = 0;
      for (let more = true; more; messages++) {
        const message = await next();
        names.push(...message.assigned.map(({ pod }) => pod?.name ?? ''));
        ({ more } = message);
      }
      expect(messages).to.be.greaterThan(2);
      expect(names.sort()).to.deep.equal([0, 1, 2, 3, 4, 5].map((n) => `pod-${n}`));
    });
  });

  describe('statuses', () => {
    const report = (
      client: NodeServiceClient,
      sessionId: string,
      pod: Pod,
      changes: object,
    ): Promise<{ acknowledgedPodUids: string[] }> =>
      callUnary(client.reportPodStatus.bind(client), {
        sessionId,
        reports: [
          PodStatusReport.fromPartial({
            namespace: 'default',
            name: pod.metadata.name ?? '',
            uid: pod.metadata.uid ?? '',
            statusVersion: 1,
            status: {
              phase: 'Running',
              podIp: '10.244.0.5',
              hostIp: '10.0.0.1',
              conditions: [{ type: 'Ready', status: 'True' }],
              containerStatuses: [ContainerStatus.fromPartial({ name: 'web', ready: true, image: 'web:1' })],
            },
            ...changes,
          }),
        ],
      });

    it('writes them for the same uid and a newer version only', async () => {
      const { client, registered } = await joined('n1');
      const pod = await createPod('web', 'n1');
      const { sessionId } = registered;
      const stored = async (): Promise<Pod['status']> => (await plane.resources.client('pods').get('default', 'web'))?.status;
      expect((await report(client, sessionId, pod, { statusVersion: 2 })).acknowledgedPodUids).to.deep.equal([pod.metadata.uid]);
      expect(await stored()).to.deep.include({
        phase: 'Running',
        podIP: '10.244.0.5',
        podIPs: [{ ip: '10.244.0.5' }],
        hostIP: '10.0.0.1',
      });
      await report(client, sessionId, pod, { statusVersion: 1, status: { phase: 'Pending' } });
      expect((await stored())?.phase).to.equal('Running');
      const other = await report(client, sessionId, pod, { uid: 'another', statusVersion: 9, status: { phase: 'Failed' } });
      expect(other.acknowledgedPodUids).to.deep.equal(['another']);
      expect((await stored())?.phase).to.equal('Running');
    });

    it('removes a pod that is being deleted once its node has stopped it, and no other', async () => {
      const { client, registered } = await joined('n1');
      const pods = plane.resources.client('pods');
      const pod = await createPod('web', 'n1');
      await report(client, registered.sessionId, pod, { stopped: true });
      expect(await pods.get('default', 'web')).to.have.nested.property('metadata.uid', pod.metadata.uid);
      await pods.delete('default', 'web', { gracePeriodSeconds: 30 });
      expect((await pods.get('default', 'web'))?.metadata.deletionTimestamp).to.be.a('string');
      await report(client, registered.sessionId, pod, { statusVersion: 2, stopped: true });
      expect(await pods.get('default', 'web')).to.equal(undefined);
    });

    it('does not let a node write the pods of another', async () => {
      const { client, registered } = await joined('n1');
      const pod = await createPod('web', 'n2');
      await report(client, registered.sessionId, pod, {});
      expect((await plane.resources.client('pods').get('default', 'web'))?.status?.podIP).to.equal(undefined);
    });
  });

  it('issues service-account tokens for pods of the node only', async () => {
    const { client, registered } = await joined('n1');
    const here = await createPod('here', 'n1');
    const there = await createPod('there', 'n2');
    await pause(50);
    const create = (podUid: string | undefined) =>
      callUnary(client.createServiceAccountToken.bind(client), {
        sessionId: registered.sessionId,
        podUid: podUid ?? '',
        audiences: [],
        expirationSeconds: 0,
      });
    const { token } = await create(here.metadata.uid);
    const identity = await plane.serviceAccountTokens.verify(token, {
      podUid: async () => here.metadata.uid,
      serviceAccountUid: async () => (await plane.resources.client('serviceaccounts').get('default', 'default'))?.metadata.uid,
    });
    expect(identity.username).to.equal('system:serviceaccount:default:default');
    expect(await codeOf(create(there.metadata.uid))).to.equal('PermissionDenied');
    expect(await codeOf(create('nonsense'))).to.equal('NotFound');
  });

  it('renews certificates of the same agent', async () => {
    const { identity } = await joined('n1');
    const client = nodeClient(identity);
    const { certificate } = await callUnary(client.renewCertificate.bind(client), {
      certificateSigningRequest: createCertificateRequest(identity.privateKeyPem, 'n9'),
    });
    const { X509Certificate } = await import('node:crypto');
    expect(new X509Certificate(certificate).subject).to.contain('CN=system:node:n1');
  });

  describe('logs', () => {
    const options = { follow: false, previous: false, timestamps: false };
    const read = async (pod: Pod, signal = new AbortController().signal): Promise<string> => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of plane.nodePlane.logs.open(pod, 'web', options, signal)) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    };
    const answering = async (answers: AttachRequest[]): Promise<Pod> => {
      const { identity, registered } = await joined('n1');
      const client = new StreamServiceClient(plane.server, identity.credentials(), nodePlaneChannelOptions);
      closers.unshift(() => {
        client.close();
      });
      const { sessionId } = registered;
      const requests = client.listen({ sessionId });
      requests.on('error', () => undefined);
      requests.on('data', ({ streamId }: { streamId: string }) => {
        const call = client.attach();
        call.on('error', () => undefined);
        call.on('data', () => undefined);
        call.write({ message: { $case: 'open', value: { sessionId, streamId } } });
        for (const answer of answers) call.write(answer);
        call.end();
      });
      await pause(50);
      return createPod('web', 'n1');
    };

    it('reach the API from the node', async () => {
      const data = (text: string): AttachRequest => ({ message: { $case: 'data', value: Buffer.from(text) } });
      const pod = await answering([data('one\n'), data('two\n'), { message: { $case: 'dataEnd', value: {} } }]);
      expect(await read(pod)).to.equal('one\ntwo\n');
    });

    it('carry the error of the agent', async () => {
      const pod = await answering([{ message: { $case: 'error', value: { code: 5, message: 'no such container' } } }]);
      expect(await codeOf(read(pod))).to.equal('NotFound');
    });

    it('say so when the agent is not connected', async () => {
      const pod = await createPod('web', 'n7');
      expect(await messageOf(read(pod))).to.contain('node n7 is not connected');
    });
  });

  it('follows services, endpoints and nodes for a kube-proxy', async () => {
    await joined('n1');
    const proxy = await plane.join('n1', 'kube-proxy', { token: await plane.joinToken() });
    await pause(50);
    const { messages } = followRoutes(proxy);
    const next = async (): Promise<WatchRoutesResponse> => {
      const { value } = (await messages.next()) as { value?: WatchRoutesResponse };
      if (!value) throw new Error('the stream ended');
      return value;
    };
    const complete = await next();
    expect(complete.network?.clusterDns).to.equal('10.96.0.10');
    expect(complete.nodes).to.deep.equal([{ name: 'n1', podCidr: '10.244.0.0/24', internalIp: '10.0.0.1', ready: true }]);
    await plane.resources.client('services').create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'default', name: 'web' },
      spec: { clusterIP: '10.96.0.77', type: 'ClusterIP', ports: [{ port: 80, protocol: 'TCP' }] },
    });
    const added = await next();
    expect(added.appliesToRevision).to.equal(complete.revision);
    expect(added.services[0]).to.deep.include({ key: { namespace: 'default', name: 'web' }, clusterIp: '10.96.0.77' });
    await plane.resources.client('endpointslices.discovery.k8s.io').create({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { namespace: 'default', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      ports: [{ name: '', port: 8080, protocol: 'TCP' }],
      endpoints: [{ addresses: ['10.244.0.9'], nodeName: 'n1', conditions: { ready: true } }],
    });
    const [service] = (await next()).services;
    expect(service?.ports[0]?.endpoints[0]).to.include({
      ip: '10.244.0.9',
      port: 8080,
      nodeName: 'n1',
      ready: true,
      serving: true,
    });
    const client = new RoutingServiceClient(plane.server, proxy.credentials(), nodePlaneChannelOptions);
    closers.push(() => {
      client.close();
    });
    const report = (nodeName: string): Promise<unknown> =>
      callUnary(client.reportApplied.bind(client), { nodeName, revision: complete.revision, error: '', unreachableNodes: [] });
    expect(await messageOf(report('n2'))).to.contain('may not act for node n2');
    await report('n1');
    expect(plane.nodePlane.status).to.deep.equal({
      sessions: 1,
      services: 1,
      nodes: 1,
      proxies: [{ nodeName: 'n1', pending: 2, refused: false }],
    });
  });

  describe('health and reflection', () => {
    interface Client {
      [method: string]: (
        ...args: unknown[]
      ) => NodeJS.EventEmitter & { write(message: unknown): void; end(): void; cancel(): void };
    }
    const dynamicClient = async (file: string, service: string, channel: ChannelCredentials): Promise<Client> => {
      const definition = await load(file, { keepCase: true, enums: String, oneofs: true });
      const Service = makeClientConstructor(definition[service] as ServiceDefinition, service);
      const client = new Service(plane.server, channel, nodePlaneChannelOptions);
      closers.push(() => {
        client.close();
      });
      return client as never;
    };
    const anonymous = (): ChannelCredentials => credentials.createSsl(Buffer.from(plane.authority.certificatePem));
    const answerOf = (call: (callback: (error: Error | null, answer: unknown) => void) => unknown): Promise<unknown> =>
      new Promise((resolve, reject) => {
        call((error, answer) => {
          if (error) reject(error);
          else resolve(answer);
        });
      });

    it('serves health to anybody, and to watchers until the end', async () => {
      const health = await dynamicClient(protoPath, 'grpc.health.v1.Health', anonymous());
      expect(await answerOf((done) => health.Check?.({ service: '' }, done))).to.deep.equal({ status: 'SERVING' });
      expect(await codeOf(answerOf((done) => health.Check?.({ service: 'unknown' }, done)))).to.equal(5);
      const watch = health.Watch?.({ service: '' });
      if (!watch) throw new Error('no Watch');
      watch.on('error', () => undefined);
      expect((await once(watch, 'data'))[0]).to.deep.equal({ status: 'SERVING' });
      const next = once(watch, 'data');
      const stopped = plane.nodePlane.stop();
      expect((await next)[0]).to.deep.equal({ status: 'NOT_SERVING' });
      watch.cancel();
      await stopped;
    });

    it('serves reflection to holders of a certificate', async () => {
      const home = dirname(createRequire(import.meta.url).resolve('@grpc/reflection/package.json'));
      const file = join(home, 'build/proto/grpc/reflection/v1/reflection.proto');
      const ask = async (channel: ChannelCredentials): Promise<{ list_services_response: { service: { name: string }[] } }> => {
        const reflection = await dynamicClient(file, 'grpc.reflection.v1.ServerReflection', channel);
        const call = reflection.ServerReflectionInfo?.();
        if (!call) throw new Error('no ServerReflectionInfo');
        call.write({ list_services: '' });
        const [answer] = (await once(call, 'data')) as [Awaited<ReturnType<typeof ask>>];
        call.end();
        await once(call, 'end');
        return answer;
      };
      const { identity } = await joined('n1');
      const names = (await ask(identity.credentials())).list_services_response.service.map(({ name }) => name);
      expect(names).to.include.members(['longshore.node.v1.NodeService', 'grpc.health.v1.Health']);
      expect(await codeOf(ask(anonymous()))).to.equal(16);
    });
  });
});

function registerRequest(nodeName: string): RegisterRequest {
  return RegisterRequest.fromPartial({
    nodeName,
    instanceId: `instance-of-${nodeName}`,
    labels: { zone: 'a' },
    taints: [{ key: 'dedicated', value: 'lab', effect: 'NoSchedule' }],
    status: NodeStatus.fromPartial({
      addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
      capacity: { cpuMillis: 2_000, memoryBytes: 4 * 1024 ** 3, ephemeralStorageBytes: 1024 ** 3, pods: 110 },
      allocatable: { cpuMillis: 2_000, memoryBytes: 4 * 1024 ** 3, ephemeralStorageBytes: 1024 ** 3, pods: 110 },
      info: { operatingSystem: 'linux', architecture: 'amd64' },
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'ready' }],
    }),
  });
}
