import { createPrivateKey, createPublicKey, sign } from 'node:crypto';

/**
 * A PKCS#10 certificate request (RFC 2986), DER, for a P-256 key. The subject is only a
 * note: the signer decides the certificate's subject. Written out here because agents need
 * this one structure only, and an X.509 library would cost them megabytes.
 */
export function createCertificateRequest(privateKeyPem: string, commonName: string): Buffer {
  const privateKey = createPrivateKey(privateKeyPem);
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const info = sequence(version0, subject(commonName), publicKey, noAttributes);
  const signature = sign('sha256', info, privateKey);
  return sequence(info, sequence(ecdsaWithSha256), der(0x03, Buffer.of(0), signature));
}

const version0 = Buffer.of(0x02, 0x01, 0x00);
const noAttributes = Buffer.of(0xa0, 0x00);
// 1.2.840.10045.4.3.2 (RFC 5758) and 2.5.4.3 (RFC 4519), as DER object identifiers.
const ecdsaWithSha256 = Buffer.from('06082a8648ce3d040302', 'hex');
const commonNameId = Buffer.from('0603550403', 'hex');

function subject(commonName: string): Buffer {
  return sequence(der(0x31, sequence(commonNameId, der(0x0c, Buffer.from(commonName)))));
}

function sequence(...parts: Uint8Array[]): Buffer {
  return der(0x30, ...parts);
}

/** Tag, length, value. */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  if (body.length < 0x80) return Buffer.concat([Buffer.of(tag, body.length), body]);
  const length = body.length < 0x100 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), body]);
}
