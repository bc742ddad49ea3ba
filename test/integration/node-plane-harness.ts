import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { NodePlane } from '../../control-plane/node-plane/node-plane.js';
import { CertificateAuthority } from '../../control-plane/pki/certificate-authority.js';
import { newTokenParts, renderJoinTokenSecret } from '../../lib/identity/join-token-secret.js';
import { ServiceAccountTokens } from '../../control-plane/pki/service-account-tokens.js';
import { ServingCertificate } from '../../control-plane/pki/serving-certificate.js';
import { Resources } from '../../control-plane/resources/resources.js';
import { openStore } from '../../control-plane/store/open-store.js';
import type { Store } from '../../control-plane/store/store.js';
import { systemClock } from '../../lib/clock/clock.js';
import { type AgentIdentity, nodePlaneServerName } from '../../lib/identity/agent-identity.js';
import { ensureIdentity } from '../../lib/identity/ensure-identity.js';
import type { AgentRole } from '../../lib/identity/identity-file.js';
import { formatJoinToken } from '../../lib/identity/join-token.js';
import { silentLogger } from '../../lib/log/logger.js';

/** A node plane over a memory store on a free loopback port, with everything real but the rest of the control plane. */
export class NodePlaneHarness {
  readonly recorded: { reason: string; host?: string }[] = [];
  readonly #running: Promise<void>;
  readonly #stop = new AbortController();

  private constructor(
    readonly dir: string,
    readonly store: Store,
    readonly resources: Resources,
    readonly authority: CertificateAuthority,
    readonly serviceAccountTokens: ServiceAccountTokens,
    readonly nodePlane: NodePlane,
    recorded: { reason: string; host?: string }[],
  ) {
    this.recorded = recorded;
    this.#running = resources.run(this.#stop.signal);
  }

  static async start(): Promise<NodePlaneHarness> {
    const dir = await mkdtemp(join(tmpdir(), 'longshore-node-plane-'));
    const clock = systemClock;
    const log = silentLogger;
    const store = await openStore({ driver: 'memory', path: '', clock, log });
    const resources = new Resources({ store, clock, log });
    const authority = await CertificateAuthority.open({ dir, clock });
    const tokens = await ServiceAccountTokens.open({ path: join(dir, 'service-account.key'), clock });
    const recorded: { reason: string; host?: string }[] = [];
    const nodePlane = new NodePlane({
      resources,
      recorder: { record: (event) => void recorded.push(event) },
      settings: {
        clusterId: authority.clusterId,
        clusterCidr: '10.244.0.0/16',
        nodeCidrMaskSize: 24,
        serviceCidr: '10.96.0.0/16',
        clusterDns: '10.96.0.10',
        clusterDomain: 'cluster.local',
        heartbeatPeriodMs: 2_000,
        leaseDurationSeconds: 8,
        nodePorts: { first: 30_000, last: 32_767 },
      },
      authority,
      certificate: new ServingCertificate({ dir, name: 'node-plane', authority, dnsNames: [nodePlaneServerName], clock, log }),
      tokens,
      hosts: ['127.0.0.1'],
      port: 0,
      clock,
      log,
    });
    const harness = new NodePlaneHarness(dir, store, resources, authority, tokens, nodePlane, recorded);
    for (const name of ['default', 'kube-system', 'kube-node-lease']) {
      await resources.client('namespaces').create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} });
    }
    await resources
      .client('serviceaccounts')
      .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'default', name: 'default' } });
    await nodePlane.start();
    await nodePlane.synced(new AbortController().signal);
    return harness;
  }

  get server(): string {
    return `127.0.0.1:${this.nodePlane.port}`;
  }

  async joinToken(limits: { usageLimit?: number; expiresAtMs?: number } = {}): Promise<string> {
    const parts = newTokenParts();
    await this.resources.client('secrets').create(renderJoinTokenSecret({ ...parts, ...limits }));
    return formatJoinToken({ ...parts, caHash: this.authority.hash });
  }

  join(
    nodeName: string,
    role: AgentRole,
    options: { token: string; dir?: string; signal?: AbortSignal },
  ): Promise<AgentIdentity> {
    return ensureIdentity({
      dir: options.dir ?? join(this.dir, `${role}-${nodeName}`),
      server: this.server,
      token: options.token,
      nodeName,
      role,
      clock: systemClock,
      log: silentLogger,
      signal: options.signal ?? new AbortController().signal,
    });
  }

  async stop(): Promise<void> {
    await this.nodePlane.stop();
    this.#stop.abort();
    await this.#running;
    await this.store.close();
    await rm(this.dir, { recursive: true });
  }
}
