import { X509Certificate } from 'node:crypto';

import { type ChannelCredentials, type ChannelOptions, experimental } from '@grpc/grpc-js';

import { type CertificateMaterial, CertificateSource } from '../grpc/certificate-source.js';
import { channelOptions } from '../grpc/client.js';

/** The name that the node plane's certificate carries, whatever address it is reached at. */
export const nodePlaneServerName = 'longshore-node-plane';

/** Options of every channel to the node plane, whether with or without a client certificate. */
export const nodePlaneChannelOptions: ChannelOptions = {
  ...channelOptions,
  'grpc.ssl_target_name_override': nodePlaneServerName,
};

/**
 * Who an agent is towards the node plane. The certificate is replaced in place by
 * keepIdentityFresh: channels made from credentials() need not be made again, their next
 * connection uses the new one.
 */
export class AgentIdentity {
  readonly #source: CertificateSource;
  readonly #credentials: ChannelCredentials;

  constructor(material: CertificateMaterial) {
    this.#source = new CertificateSource(material);
    this.#credentials = experimental.createCertificateProviderChannelCredentials(this.#source, this.#source);
  }

  get certificatePem(): string {
    return this.#source.current.certificatePem;
  }

  get privateKeyPem(): string {
    return this.#source.current.privateKeyPem;
  }

  get caPem(): string {
    return this.#source.current.caPem;
  }

  get issuedAtMs(): number {
    return Date.parse(new X509Certificate(this.certificatePem).validFrom);
  }

  get expiresAtMs(): number {
    return Date.parse(new X509Certificate(this.certificatePem).validTo);
  }

  /** For channels to the node plane, with nodePlaneChannelOptions. The same object every time. */
  credentials(): ChannelCredentials {
    return this.#credentials;
  }

  replace(material: CertificateMaterial): void {
    this.#source.update(material);
  }
}
