import { createHash, createPrivateKey, createPublicKey, type KeyObject, randomUUID } from 'node:crypto';

import type { Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { ensureKeyFile } from '../../lib/identity/key-file.js';

export const serviceAccountIssuer = 'https://kubernetes.default.svc.cluster.local';
/** The API server's own audience: what a token is for when nothing else is asked. */
export const apiAudience = serviceAccountIssuer;

const algorithm = 'ES256';

/** Of many modules: loaded with the first token, so that the start does not wait for it. */
const loadJose = () => import('jose');

/** An object that a token is bound to. */
export interface BoundObject {
  name: string;
  uid: string;
}

export interface TokenRequest {
  namespace: string;
  serviceAccount: BoundObject;
  /** The token dies with this pod. */
  pod?: BoundObject;
  node?: BoundObject;
  /** Empty: the API server's own. */
  audiences: readonly string[];
  expirationSeconds: number;
}

/** Who a token speaks for: the fields of Kubernetes' UserInfo. */
export interface TokenIdentity {
  username: string;
  uid: string;
  groups: string[];
  extra: Record<string, string[]>;
  audiences: string[];
}

/** Tells which bound objects exist now: the uid, or undefined. Answered from a cache or the store. */
export interface BoundObjects {
  serviceAccountUid(namespace: string, name: string): Promise<string | undefined>;
  podUid(namespace: string, name: string): Promise<string | undefined>;
}

interface KubernetesClaims {
  namespace: string;
  serviceaccount: BoundObject;
  pod?: BoundObject;
  node?: BoundObject;
}

/**
 * Issues and verifies service-account tokens: JWTs in the form of Kubernetes' bound tokens
 * (KEP-1205), ES256, signed with a key of their own.
 */
export class ServiceAccountTokens {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #keyId: string;
  readonly #clock: Clock;

  constructor(options: { privateKeyPem: string; clock: Clock }) {
    this.#privateKey = createPrivateKey(options.privateKeyPem);
    this.#publicKey = createPublicKey(this.#privateKey);
    const spki = this.#publicKey.export({ type: 'spki', format: 'der' });
    this.#keyId = createHash('sha256').update(spki).digest('base64url');
    this.#clock = options.clock;
  }

  /** Loads the signing key of `path`, made when there is none. */
  static async open(options: { path: string; clock: Clock }): Promise<ServiceAccountTokens> {
    return new ServiceAccountTokens({ privateKeyPem: await ensureKeyFile(options.path), clock: options.clock });
  }

  async issue(request: TokenRequest): Promise<{ token: string; expiresAtMs: number }> {
    const { namespace, serviceAccount, pod, node } = request;
    const issuedAt = Math.floor(this.#clock.now() / 1_000);
    const expiresAt = issuedAt + request.expirationSeconds;
    const claims: KubernetesClaims = { namespace, serviceaccount: serviceAccount, ...(pod && { pod }), ...(node && { node }) };
    const { SignJWT } = await loadJose();
    const token = await new SignJWT({ 'kubernetes.io': claims })
      .setProtectedHeader({ alg: algorithm, kid: this.#keyId })
      .setIssuer(serviceAccountIssuer)
      .setSubject(`system:serviceaccount:${namespace}:${serviceAccount.name}`)
      .setAudience(request.audiences.length > 0 ? [...request.audiences] : [apiAudience])
      .setIssuedAt(issuedAt)
      .setNotBefore(issuedAt)
      .setExpirationTime(expiresAt)
      .setJti(randomUUID())
      .sign(this.#privateKey);
    return { token, expiresAtMs: expiresAt * 1_000 };
  }

  /**
   * Who `token` speaks for.
   * @param audiences the token must be for one of these
   * @throws LongshoreError Unauthenticated when it is malformed, not ours, out of date, for
   *   somebody else, or its service account or pod is gone
   */
  async verify(token: string, objects: BoundObjects, audiences: readonly string[] = [apiAudience]): Promise<TokenIdentity> {
    const claims = await this.#decode(token, audiences);
    const bound = claims['kubernetes.io'];
    const { namespace, serviceaccount, pod } = bound;
    if ((await objects.serviceAccountUid(namespace, serviceaccount.name)) !== serviceaccount.uid) {
      throw new LongshoreError('Unauthenticated', 'the service account of the token no longer exists');
    }
    if (pod && (await objects.podUid(namespace, pod.name)) !== pod.uid) {
      throw new LongshoreError('Unauthenticated', 'the pod of the token no longer exists');
    }
    return {
      username: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
      uid: serviceaccount.uid,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      extra: extraOf(bound, claims.jti),
      audiences: claims.aud,
    };
  }

  async #decode(token: string, audiences: readonly string[]) {
    const { errors, jwtVerify } = await loadJose();
    try {
      const { payload } = await jwtVerify(token, this.#publicKey, {
        algorithms: [algorithm],
        issuer: serviceAccountIssuer,
        audience: [...audiences],
        requiredClaims: ['exp', 'sub', 'kubernetes.io'],
        currentDate: new Date(this.#clock.now()),
      });
      return {
        jti: payload.jti,
        aud: [payload.aud ?? []].flat(),
        'kubernetes.io': payload['kubernetes.io'] as KubernetesClaims,
      };
    } catch (cause) {
      const reason = cause instanceof errors.JOSEError ? cause.message : 'it is malformed';
      throw new LongshoreError('Unauthenticated', `the token is not valid: ${reason}`, { cause });
    }
  }
}

function extraOf(bound: KubernetesClaims, jti: string | undefined): Record<string, string[]> {
  const prefix = 'authentication.kubernetes.io';
  return {
    ...(jti && { [`${prefix}/credential-id`]: [`JTI=${jti}`] }),
    ...(bound.pod && { [`${prefix}/pod-name`]: [bound.pod.name], [`${prefix}/pod-uid`]: [bound.pod.uid] }),
    ...(bound.node && { [`${prefix}/node-name`]: [bound.node.name], [`${prefix}/node-uid`]: [bound.node.uid] }),
  };
}
