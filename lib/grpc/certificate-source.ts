import type { experimental } from '@grpc/grpc-js';

export interface CertificateMaterial {
  /** Certificates that the peer's must be signed by. */
  caPem: string;
  /** Own certificate, and the chain above it where the peer needs it. */
  certificatePem: string;
  privateKeyPem: string;
}

type CaListener = Parameters<experimental.CertificateProvider['addCaCertificateListener']>[0];
type IdentityListener = Parameters<experimental.CertificateProvider['addIdentityCertificateListener']>[0];

/**
 * The certificates of a channel or a server, exchangeable while it runs: new connections
 * use what was set last, standing ones keep what they began with.
 */
export class CertificateSource implements experimental.CertificateProvider {
  readonly #caListeners = new Set<CaListener>();
  readonly #identityListeners = new Set<IdentityListener>();
  readonly #handlers = new Set<(material: CertificateMaterial) => void>();
  #material: CertificateMaterial;

  constructor(material: CertificateMaterial) {
    this.#material = material;
  }

  get current(): CertificateMaterial {
    return this.#material;
  }

  update(material: CertificateMaterial): void {
    this.#material = material;
    for (const listener of this.#caListeners) this.#tellCa(listener);
    for (const listener of this.#identityListeners) this.#tellIdentity(listener);
    for (const handler of this.#handlers) handler(material);
  }

  /** Called with what every update sets. */
  onUpdate(handler: (material: CertificateMaterial) => void): void {
    this.#handlers.add(handler);
  }

  addCaCertificateListener(listener: CaListener): void {
    this.#caListeners.add(listener);
    this.#tellCa(listener);
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.#caListeners.delete(listener);
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.add(listener);
    this.#tellIdentity(listener);
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.delete(listener);
  }

  #tellCa(listener: CaListener): void {
    listener({ caCertificate: Buffer.from(this.#material.caPem) });
  }

  #tellIdentity(listener: IdentityListener): void {
    listener({
      certificate: Buffer.from(this.#material.certificatePem),
      privateKey: Buffer.from(this.#material.privateKeyPem),
    });
  }
}
