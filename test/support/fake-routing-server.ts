import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Server, ServerCredentials, type ServerWritableStream } from '@grpc/grpc-js';

import { CertificateAuthority } from '../../control-plane/pki/certificate-authority.js';
import { type RoutingTable } from '../../kube-proxy/routes/routing-table.js';
import { systemClock } from '../../lib/clock/clock.js';
import { nodePlaneServerName } from '../../lib/identity/agent-identity.js';
import { IdentityFile } from '../../lib/identity/identity-file.js';
import {
  RoutingServiceService,
  type ReportAppliedRequest,
  type RoutingServiceServer,
  type WatchRoutesRequest,
  type WatchRoutesResponse,
} from '../../proto/gen/longshore/routing/v1/routing.js';
import { completeMessage } from './routing-tables.js';

type Stream = ServerWritableStream<WatchRoutesRequest, WatchRoutesResponse>;

/** A control plane that knows routes only, with mutual TLS, and does on its streams what a test says. */
export class FakeRoutingServer {
  readonly reports: ReportAppliedRequest[] = [];
  /** Streams that were opened so far. */
  opened = 0;
  readonly #authority: CertificateAuthority;
  readonly #streams = new Set<Stream>();
  #table: RoutingTable | undefined;
  #server: Server | undefined;

  private constructor(authority: CertificateAuthority) {
    this.#authority = authority;
  }

  static async create(): Promise<FakeRoutingServer> {
    const dir = await mkdtemp(join(tmpdir(), 'longshore-fake-routing-'));
    const authority = await CertificateAuthority.open({ dir, clock: systemClock });
    await rm(dir, { recursive: true });
    return new FakeRoutingServer(authority);
  }

  get clusterId(): string {
    return this.#authority.clusterId;
  }

  /** Puts a client certificate where a kube-proxy with this state directory looks for it. */
  async enrol(stateDir: string, nodeName: string): Promise<void> {
    const file = new IdentityFile({ dir: join(stateDir, 'pki'), role: 'kube-proxy' });
    const key = await file.ensureKey();
    const { pem } = await this.#authority.issue(createPublicKey(key).export({ type: 'spki', format: 'der' }), {
      commonName: `system:kube-proxy:${nodeName}`,
      organizations: ['system:node-proxiers'],
      usages: ['client'],
      lifetimeMs: 3_600_000,
    });
    await file.save(pem, this.#authority.certificatePem);
  }

  /** @param address host:port to listen on */
  async start(address: string): Promise<void> {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { pem } = await this.#authority.issue(publicKey.export({ type: 'spki', format: 'der' }), {
      commonName: nodePlaneServerName,
      dnsNames: [nodePlaneServerName],
      usages: ['server'],
      lifetimeMs: 3_600_000,
    });
    const key = Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const ca = Buffer.from(this.#authority.certificatePem);
    const credentials = ServerCredentials.createSsl(ca, [{ private_key: key, cert_chain: Buffer.from(pem) }], true);
    const server = new Server();
    server.addService(RoutingServiceService, this.#service());
    await new Promise<void>((resolve, reject) => {
      server.bindAsync(address, credentials, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
    this.#server = server;
  }

  /** What new streams begin with; open ones get it as a new COMPLETE table. */
  setTable(table: RoutingTable): void {
    this.#table = table;
    this.send(completeMessage(table));
  }

  /** Sends any message on every open stream. */
  send(message: WatchRoutesResponse): void {
    for (const stream of this.#streams) stream.write(message);
  }

  /** Cuts every connection. */
  stop(): void {
    this.#server?.forceShutdown();
    this.#streams.clear();
  }

  #service(): RoutingServiceServer {
    return {
      watchRoutes: (stream: Stream) => {
        this.opened += 1;
        this.#streams.add(stream);
        stream.on('cancelled', () => this.#streams.delete(stream));
        if (this.#table) stream.write(completeMessage(this.#table));
      },
      reportApplied: (call, callback) => {
        this.reports.push(call.request);
        callback(null, {});
      },
    };
  }
}
