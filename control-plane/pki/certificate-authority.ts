import { createHash, X509Certificate } from 'node:crypto';
import { join } from 'node:path';

import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { readFileIfExists } from '../../lib/files/read-file-if-exists.js';
import { writeFileAtomic } from '../../lib/files/write-file-atomic.js';
import { clusterIdOf } from '../../lib/identity/join-token.js';
import { ensureKeyFile, publicKeyOf } from '../../lib/identity/key-file.js';
import type { CertificateSpec } from './x509-signer.js';

const day = 86_400_000;
/** Clocks of a cluster's machines may differ by this much. */
const skewMs = 5 * 60_000;
const authorityLifeMs = 3_650 * day;

/** What the caller of `issue` decides; validity is counted from now. */
export type IssueRequest = Omit<CertificateSpec, 'notBefore' | 'notAfter'> & { lifetimeMs: number };

export interface IssuedCertificate {
  pem: string;
  der: Buffer;
  expiresAtMs: number;
}

/**
 * The cluster's own certificate authority: `ca.key` and `ca.crt` in its directory, made at
 * the first start. The key is written before the certificate, each file as a whole, so that
 * a process killed in between goes on with the same key.
 */
export class CertificateAuthority {
  readonly certificatePem: string;
  readonly #privateKeyPem: string;
  readonly #clock: Clock;

  private constructor(options: { certificatePem: string; privateKeyPem: string; clock: Clock }) {
    this.certificatePem = options.certificatePem;
    this.#privateKeyPem = options.privateKeyPem;
    this.#clock = options.clock;
  }

  /** @throws LongshoreError FailedPrecondition when certificate and key on disk do not belong together */
  static async open(options: { dir: string; clock: Clock }): Promise<CertificateAuthority> {
    const { dir, clock } = options;
    const certificatePath = join(dir, 'ca.crt');
    const existing = await readFileIfExists(certificatePath);
    const privateKeyPem = await ensureKeyFile(join(dir, 'ca.key'));
    if (existing !== undefined) {
      const certified = new X509Certificate(existing).publicKey.export({ type: 'spki', format: 'der' });
      if (!certified.equals(publicKeyOf(privateKeyPem))) {
        throw new LongshoreError(
          'FailedPrecondition',
          `${certificatePath} is not the certificate of ca.key beside it: restore both from one backup, or remove the directory to make a new cluster`,
        );
      }
      return new CertificateAuthority({ certificatePem: existing, privateKeyPem, clock });
    }
    const { signAuthority } = await import('./x509-signer.js');
    const certificatePem = await signAuthority({
      privateKeyPem,
      commonName: 'longshore-ca',
      notBefore: new Date(clock.now() - skewMs),
      notAfter: new Date(clock.now() + authorityLifeMs),
    });
    await writeFileAtomic(certificatePath, certificatePem);
    return new CertificateAuthority({ certificatePem, privateKeyPem, clock });
  }

  get certificateDer(): Buffer {
    return new X509Certificate(this.certificatePem).raw;
  }

  /** SHA-256 of the certificate's DER, hex: the last part of join tokens. */
  get hash(): string {
    return createHash('sha256').update(this.certificateDer).digest('hex');
  }

  /** Names the cluster in labels of containers and networks and in kernel tables; stable for the CA's life. */
  get clusterId(): string {
    return clusterIdOf(this.hash);
  }

  /** A certificate for the public key `spki` (DER). It never outlives the CA. */
  async issue(spki: Uint8Array, request: IssueRequest): Promise<IssuedCertificate> {
    const { lifetimeMs, ...names } = request;
    const nowMs = this.#clock.now();
    const authorityEndMs = Date.parse(new X509Certificate(this.certificatePem).validTo);
    // Certificates hold whole seconds.
    const expiresAtMs = Math.floor(Math.min(nowMs + lifetimeMs, authorityEndMs) / 1_000) * 1_000;
    const { signCertificate } = await import('./x509-signer.js');
    const pem = await signCertificate({ certificatePem: this.certificatePem, privateKeyPem: this.#privateKeyPem }, spki, {
      ...names,
      notBefore: new Date(nowMs - Math.min(skewMs, lifetimeMs)),
      notAfter: new Date(expiresAtMs),
    });
    return { pem, der: new X509Certificate(pem).raw, expiresAtMs };
  }

  /**
   * A certificate for the key of a PKCS#10 request; the request's own subject is ignored.
   * @throws LongshoreError InvalidArgument when the request is malformed
   */
  async issueForRequest(requestDer: Uint8Array, request: IssueRequest): Promise<IssuedCertificate> {
    const { publicKeyOfRequest } = await import('./x509-signer.js');
    return this.issue(await publicKeyOfRequest(requestDer), request);
  }
}
