import { generateKeyPairSync } from 'node:crypto';

import { Registry } from 'prom-client';

import { type ApiServer, startApi } from '../../control-plane/api/server.js';
import { makeContainerSpec, makeSandboxSpec } from '../../kubelet-agent/runtime/runtime-contract.js';
import type { FakeProgram } from '../../kubelet-agent/runtime/fake/fake-container.js';
import { FakeRuntime } from '../../kubelet-agent/runtime/fake/fake-runtime.js';
import { StreamListener } from '../../kubelet-agent/streams/stream-listener.js';
import { StreamMetrics } from '../../kubelet-agent/streams/stream-metrics.js';
import { systemClock as clock } from '../../lib/clock/clock.js';
import { callUnary } from '../../lib/grpc/client.js';
import { nodePlaneChannelOptions } from '../../lib/identity/agent-identity.js';
import type { ApiAccess } from '../../lib/kubernetes-client/access.js';
import type { Pod } from '../../lib/kubernetes/types/core-v1.js';
import { silentLogger as log } from '../../lib/log/logger.js';
import { NodeServiceClient, NodeStatus, RegisterRequest } from '../../proto/gen/longshore/node/v1/node.js';
import { StreamServiceClient } from '../../proto/gen/longshore/streams/v1/streams.js';
import { NodePlaneHarness } from '../integration/node-plane-harness.js';

const image = 'app:1';
const nodeName = 'n1';

/**
 * The way of a stream with everything real but the containers: API, node plane, mutual TLS,
 * and the agent's side over an engine in memory. The agent's calls share one connection, so
 * that what one stream does to another shows.
 */
export class StreamScene {
  readonly runtime = new FakeRuntime({ clock, images: [image] });
  readonly #agent = new AbortController();
  readonly #metrics = new Registry();
  #listening: Promise<void> = Promise.resolve();
  #admin: Promise<ApiAccess> | undefined;

  private constructor(
    readonly plane: NodePlaneHarness,
    readonly api: ApiServer,
    readonly node: NodeServiceClient,
    readonly streams: StreamServiceClient,
    readonly sessionId: string,
  ) {}

  static async start(): Promise<StreamScene> {
    const plane = await NodePlaneHarness.start();
    const identity = await plane.join(nodeName, 'kubelet', { token: await plane.joinToken() });
    const patient = { ...nodePlaneChannelOptions, 'grpc.keepalive_timeout_ms': 20_000 };
    const node = new NodeServiceClient(plane.server, identity.credentials(), patient);
    const streams = new StreamServiceClient(plane.server, identity.credentials(), patient);
    const { sessionId } = await register(node);
    const api = await startApi({
      resources: plane.resources,
      tls: await issue(plane, 'apiserver', [], 'server'),
      clientCa: plane.authority.certificatePem,
      bindAddresses: ['127.0.0.1'],
      port: 0,
      clock,
      log,
      metrics: new Registry(),
      podLogs: plane.nodePlane.logs,
      podStreams: plane.nodePlane.podStreams,
    });
    const scene = new StreamScene(plane, api, node, streams, sessionId);
    await scene.#listen();
    return scene;
  }

  async #listen(): Promise<void> {
    await this.runtime.ensurePodNetwork({ podCidr: '10.244.1.0/24' });
    const metrics = new StreamMetrics(this.#metrics);
    const listener = new StreamListener({ client: this.streams, runtime: this.runtime, metrics, log });
    this.#listening = listener.run(this.sessionId, this.#agent.signal).catch(() => undefined);
    while (!this.plane.nodePlane.podStreams.isConnected(nodeName)) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** The administrator's access to the API. */
  access(): Promise<ApiAccess> {
    this.#admin ??= this.accessOf('kubernetes-admin', ['system:masters']);
    return this.#admin;
  }

  /** The access of another user's client certificate. */
  async accessOf(user: string, groups: string[]): Promise<ApiAccess> {
    const { certificatePem: certificate, privateKeyPem: privateKey } = await issue(this.plane, user, groups, 'client');
    return { server: `https://127.0.0.1:${this.api.port}`, ca: this.plane.authority.certificatePem, certificate, privateKey };
  }

  /** A running pod whose containers, "web" unless named, behave as `program` says. */
  async runPod(name: string, program: FakeProgram, containers: readonly string[] = ['web']): Promise<void> {
    const pods = this.plane.resources.client('pods');
    const { metadata } = await pods.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'default', name },
      spec: { nodeName, containers: containers.map((container) => ({ name: container, image })) },
    });
    const uid = metadata.uid ?? '';
    await this.runtime.startSandbox(makeSandboxSpec(uid));
    for (const container of containers) {
      this.runtime.behave(container, program);
      await this.runtime.startContainer(makeContainerSpec(uid, container, { image }));
    }
    const containerStatuses = containers.map((container) => ({
      ...{ name: container, image, imageID: '', ready: true, restartCount: 0, state: { running: {} } },
    }));
    const runs = (pod: Pod): void => void (pod.status = { ...pod.status, phase: 'Running', containerStatuses });
    await pods.modify('default', name, runs, { subresource: 'status' });
  }

  /** Streams that are open on the node, of all kinds. */
  async openStreams(): Promise<number> {
    const [gauge] = await this.#metrics.getMetricsAsJSON();
    return gauge ? gauge.values.reduce((sum, { value }) => sum + value, 0) : 0;
  }

  /** As a heartbeat of the agent. @throws when it is not answered within 2 s */
  async heartbeat(): Promise<void> {
    const request = { sessionId: this.sessionId, status: undefined };
    await callUnary(this.node.heartbeat.bind(this.node), request, { timeoutMs: 2_000 });
  }

  /** The agent goes, as when it is killed. */
  async killAgent(): Promise<void> {
    this.#agent.abort();
    await this.#listening;
  }

  async stop(): Promise<void> {
    await this.api.close(100);
    await this.killAgent();
    this.node.close();
    this.streams.close();
    await this.plane.stop();
  }
}

function register(node: NodeServiceClient): Promise<{ sessionId: string }> {
  const capacity = { cpuMillis: 2_000, memoryBytes: 4 * 1024 ** 3, ephemeralStorageBytes: 1024 ** 3, pods: 110 };
  const request = RegisterRequest.fromPartial({
    nodeName,
    instanceId: 'instance',
    status: NodeStatus.fromPartial({ capacity, allocatable: capacity }),
  });
  return callUnary(node.register.bind(node), request);
}

async function issue(
  plane: NodePlaneHarness,
  commonName: string,
  organizations: string[],
  usage: 'client' | 'server',
): Promise<{ certificatePem: string; privateKeyPem: string }> {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { pem } = await plane.authority.issue(keys.publicKey.export({ type: 'spki', format: 'der' }), {
    commonName,
    organizations,
    usages: [usage],
    ipAddresses: usage === 'server' ? ['127.0.0.1'] : [],
    lifetimeMs: 86_400_000,
  });
  return { certificatePem: pem, privateKeyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}
