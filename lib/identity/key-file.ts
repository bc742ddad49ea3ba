import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';

import { readFileIfExists } from '../files/read-file-if-exists.js';
import { writeFileAtomic } from '../files/write-file-atomic.js';

/** The P-256 private key (PKCS#8 PEM) in `path`, mode 0600; made when there is none. */
export async function ensureKeyFile(path: string): Promise<string> {
  const existing = await readFileIfExists(path);
  if (existing !== undefined) return existing;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeFileAtomic(path, pem);
  return pem;
}

/** The public half (SPKI, DER) of a private key in PEM. */
export function publicKeyOf(privateKeyPem: string): Buffer {
  return createPublicKey(createPrivateKey(privateKeyPem)).export({ type: 'spki', format: 'der' });
}
