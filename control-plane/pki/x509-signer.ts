import 'reflect-metadata';

import { randomBytes, webcrypto } from 'node:crypto';

import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

import { LongshoreError } from '../../lib/errors/errors.js';

// The only file that loads the X.509 library; imported when something has to be signed,
// so that a start with all certificates in place does without it.
const p256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const;

export interface CertificateSpec {
  commonName: string;
  organizations?: readonly string[];
  usages: readonly ('server' | 'client')[];
  dnsNames?: readonly string[];
  ipAddresses?: readonly string[];
  notBefore: Date;
  notAfter: Date;
}

/** A self-signed CA certificate for `privateKeyPem` (PKCS#8, P-256). @returns PEM */
export async function signAuthority(options: {
  privateKeyPem: string;
  commonName: string;
  notBefore: Date;
  notAfter: Date;
}): Promise<string> {
  const keys = await importKeyPair(options.privateKeyPem);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys,
    serialNumber: serialNumber(),
    name: [{ CN: [options.commonName] }],
    notBefore: options.notBefore,
    notAfter: options.notAfter,
    signingAlgorithm: signing,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return certificate.toString('pem');
}

/** A certificate for the public key `spki` (DER), signed by the CA. @returns PEM */
export async function signCertificate(
  authority: { certificatePem: string; privateKeyPem: string },
  spki: Uint8Array,
  spec: CertificateSpec,
): Promise<string> {
  const ca = new X509Certificate(authority.certificatePem);
  const { privateKey } = await importKeyPair(authority.privateKeyPem);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    issuer: ca.subjectName,
    subject: [...(spec.organizations ?? []).map((name) => ({ O: [name] })), { CN: [spec.commonName] }],
    notBefore: spec.notBefore,
    notAfter: spec.notAfter,
    publicKey: new PublicKey(Uint8Array.from(spki)),
    signingKey: privateKey,
    signingAlgorithm: signing,
    extensions: await extensionsOf(ca, spec),
  });
  return certificate.toString('pem');
}

/**
 * The public key (SPKI, DER) of a PKCS#10 request whose signature proves that the caller
 * holds the private key.
 * @throws LongshoreError InvalidArgument
 */
export async function publicKeyOfRequest(der: Uint8Array): Promise<Uint8Array> {
  let request: Pkcs10CertificateRequest;
  try {
    request = new Pkcs10CertificateRequest(Uint8Array.from(der));
  } catch (cause) {
    throw new LongshoreError('InvalidArgument', 'the certificate request is not PKCS#10', { cause });
  }
  const algorithm = request.publicKey.algorithm as { name?: string; namedCurve?: string };
  if (algorithm.name !== 'ECDSA' || algorithm.namedCurve !== 'P-256') {
    throw new LongshoreError('InvalidArgument', "the certificate request's key must be ECDSA P-256");
  }
  if (!(await request.verify().catch(() => false))) {
    throw new LongshoreError('InvalidArgument', "the certificate request's signature does not fit its key");
  }
  return new Uint8Array(request.publicKey.rawData);
}

async function extensionsOf(ca: X509Certificate, spec: CertificateSpec): Promise<Extension[]> {
  const names = [
    ...(spec.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(spec.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension(
      spec.usages.map((usage) => (usage === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth)),
    ),
    await AuthorityKeyIdentifierExtension.create(ca.publicKey),
    ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
  ];
}

async function importKeyPair(privateKeyPem: string): Promise<webcrypto.CryptoKeyPair> {
  const pkcs8 = Buffer.from(privateKeyPem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const privateKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, p256, true, ['sign']);
  const jwk = await webcrypto.subtle.exportKey('jwk', privateKey);
  const publicKey = await webcrypto.subtle.importKey('jwk', { ...jwk, d: undefined, key_ops: ['verify'] }, p256, true, [
    'verify',
  ]);
  return { privateKey, publicKey };
}

/** 127 random bits, positive (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
