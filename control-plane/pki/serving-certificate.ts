import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';

import type { Clock } from '../../lib/clock/clock.js';
import { readFileIfExists } from '../../lib/files/read-file-if-exists.js';
import { writeFileAtomic } from '../../lib/files/write-file-atomic.js';
import type { CertificateMaterial } from '../../lib/grpc/certificate-source.js';
import type { Logger } from '../../lib/log/logger.js';
import type { CertificateAuthority } from './certificate-authority.js';
import { ensureKeyFile, publicKeyOf } from '../../lib/identity/key-file.js';

const day = 86_400_000;
const lifetimeMs = 365 * day;
/** Longest single wait: Node's timers end at 24.8 days, and a stepped clock is noticed within this. */
const longestWaitMs = 3_600_000;

/**
 * A server's key and certificate, `<name>.key` and `<name>.crt` (certificate, then the
 * CA's: joining agents look for it in the chain). Issued anew when it is missing, of
 * another CA or key, lacks a name, or two thirds of its life are over.
 */
export class ServingCertificate {
  readonly #options: Required<ServingCertificateOptions>;
  readonly #handlers = new Set<(material: CertificateMaterial) => void>();
  #material: CertificateMaterial | undefined;

  constructor(options: ServingCertificateOptions) {
    this.#options = { dnsNames: [], ipAddresses: [], ...options };
  }

  /** @throws when `ensure` was not called before */
  get current(): CertificateMaterial {
    if (!this.#material) throw new Error(`serving certificate ${this.#options.name} is not loaded`);
    return this.#material;
  }

  /** Called with every certificate that replaces a former one. */
  onChange(handler: (material: CertificateMaterial) => void): void {
    this.#handlers.add(handler);
  }

  /** Loads the certificate, issuing it when needed. Safe to repeat. */
  async ensure(): Promise<CertificateMaterial> {
    const { dir, name, authority, log } = this.#options;
    const certificatePath = join(dir, `${name}.crt`);
    const privateKeyPem = await ensureKeyFile(join(dir, `${name}.key`));
    let certificatePem = await readFileIfExists(certificatePath);
    const problem = this.#problemOf(certificatePem, privateKeyPem);
    if (certificatePem === undefined || problem !== undefined) {
      const { dnsNames, ipAddresses } = this.#options;
      const issued = await authority.issue(publicKeyOf(privateKeyPem), {
        commonName: name,
        usages: ['server'],
        dnsNames,
        ipAddresses,
        lifetimeMs,
      });
      certificatePem = `${issued.pem.trim()}\n${authority.certificatePem.trim()}\n`;
      await writeFileAtomic(certificatePath, certificatePem);
      log.info('serving certificate issued', {
        name,
        reason: problem,
        expiresAt: new Date(issued.expiresAtMs),
        dnsNames,
        ipAddresses,
      });
    }
    const former = this.#material;
    this.#material = { caPem: authority.certificatePem, certificatePem, privateKeyPem };
    if (former && former.certificatePem !== certificatePem) for (const handler of this.#handlers) handler(this.#material);
    return this.#material;
  }

  /** Renews for as long as `signal` allows. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      const waitMs = renewalTimeMs(new X509Certificate(this.current.certificatePem)) - clock.now();
      if (waitMs > 0) await clock.sleep(Math.min(waitMs, longestWaitMs), signal);
      else await this.ensure();
    }
  }

  #problemOf(certificatePem: string | undefined, privateKeyPem: string): string | undefined {
    const { authority, clock, dnsNames, ipAddresses } = this.#options;
    if (certificatePem === undefined) return 'there is none';
    const certificate = new X509Certificate(certificatePem);
    if (!certificate.verify(new X509Certificate(authority.certificatePem).publicKey)) return 'another CA signed it';
    if (!publicKeyOf(privateKeyPem).equals(certificate.publicKey.export({ type: 'spki', format: 'der' })))
      return 'it is for another key';
    const missing = [
      ...dnsNames.filter((name) => certificate.checkHost(name) === undefined),
      ...ipAddresses.filter((address) => certificate.checkIP(address) === undefined),
    ];
    if (missing.length > 0) return `it lacks ${missing.join(', ')}`;
    if (renewalTimeMs(certificate) <= clock.now()) return 'two thirds of its life are over';
    return undefined;
  }
}

export interface ServingCertificateOptions {
  dir: string;
  /** Name of the files, and common name. */
  name: string;
  authority: CertificateAuthority;
  dnsNames?: readonly string[];
  ipAddresses?: readonly string[];
  clock: Clock;
  log: Logger;
}

function renewalTimeMs(certificate: X509Certificate): number {
  const from = Date.parse(certificate.validFrom);
  return from + (2 / 3) * (Date.parse(certificate.validTo) - from);
}
