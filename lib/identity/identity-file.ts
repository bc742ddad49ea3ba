import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';

import { readFileIfExists } from '../files/read-file-if-exists.js';
import { writeFileAtomic } from '../files/write-file-atomic.js';
import type { CertificateMaterial } from '../grpc/certificate-source.js';
import { ensureKeyFile, publicKeyOf } from './key-file.js';

/** Which of a node's two agents. */
export type AgentRole = 'kubelet' | 'kube-proxy';

/** Where an agent keeps its identity, below its state directory. */
export function identityDirectory(stateDir: string): string {
  return join(stateDir, 'pki');
}

/**
 * An agent's key, certificate and CA on disk, mode 0600:
 *   <dir>/<role>.key  the private key, made once before the first certificate is asked for,
 *                     so that an answer lost to a crash can be asked for again by the same key
 *   <dir>/<role>.pem  certificate, then the CA's; replaced as a whole on renewal
 */
export class IdentityFile {
  readonly #keyPath: string;
  readonly #certificatePath: string;

  constructor(options: { dir: string; role: AgentRole }) {
    this.#keyPath = join(options.dir, `${options.role}.key`);
    this.#certificatePath = join(options.dir, `${options.role}.pem`);
  }

  /** The private key (P-256, PKCS#8 PEM), made when there is none. */
  ensureKey(): Promise<string> {
    return ensureKeyFile(this.#keyPath);
  }

  /** What was saved, or undefined when there is nothing or it does not fit the key. */
  async load(): Promise<CertificateMaterial | undefined> {
    const [privateKeyPem, certificates] = await Promise.all([
      readFileIfExists(this.#keyPath),
      readFileIfExists(this.#certificatePath),
    ]);
    if (privateKeyPem === undefined || certificates === undefined) return undefined;
    const [certificatePem, caPem] = splitPem(certificates);
    if (!certificatePem || !caPem) return undefined;
    const certified = new X509Certificate(certificatePem).publicKey.export({ type: 'spki', format: 'der' });
    return publicKeyOf(privateKeyPem).equals(certified) ? { privateKeyPem, certificatePem, caPem } : undefined;
  }

  async save(certificatePem: string, caPem: string): Promise<void> {
    await writeFileAtomic(this.#certificatePath, `${certificatePem.trim()}\n${caPem.trim()}\n`);
  }
}

function splitPem(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g) ?? [];
}

/** DER to PEM. */
export function certificatePem(der: Uint8Array): string {
  return new X509Certificate(der).toString();
}
