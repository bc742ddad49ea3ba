import type { TLSSocket } from 'node:tls';

import { isError } from '../../../lib/errors/errors.js';
import { StatusError } from '../status.js';
import { authenticated, type UserInfo } from './user-info.js';

/** Turns a bearer token into who it stands for; undefined, or a throw of Unauthenticated, when it is not valid. */
export interface TokenVerifier {
  verify(token: string): Promise<UserInfo | undefined>;
}

/** What proves who asks. */
export interface Credentials {
  /** The verified client certificate's user, when the connection has one. */
  certificateUser: UserInfo | undefined;
  authorization: string | undefined;
}

export const unauthorized = (): StatusError => new StatusError(401, 'Unauthorized', 'Unauthorized');

/**
 * Who makes a request: the client certificate of its connection, else its bearer token.
 * A token that is sent and not valid is refused even where nothing else is asked for.
 * @throws StatusError 401
 */
export async function authenticate(credentials: Credentials, tokens: TokenVerifier | undefined): Promise<UserInfo> {
  if (credentials.certificateUser) return authenticated(credentials.certificateUser);
  const token = bearerToken(credentials.authorization);
  const user = token === undefined ? undefined : await verified(token, tokens);
  if (!user) throw unauthorized();
  return authenticated(user);
}

async function verified(token: string, tokens: TokenVerifier | undefined): Promise<UserInfo | undefined> {
  try {
    return await tokens?.verify(token);
  } catch (thrown) {
    // Why a token is not valid is nothing to tell whoever sent it.
    if (isError(thrown, 'Unauthenticated')) return undefined;
    throw thrown;
  }
}

function bearerToken(authorization: string | undefined): string | undefined {
  const match = /^bearer +(\S+)$/i.exec(authorization ?? '');
  return match?.[1];
}

/** Who a connection's client certificate stands for, and until when. */
export interface CertificateUser {
  readonly user: UserInfo;
  /** Since the epoch. */
  readonly expiresAtMs: number;
}

/**
 * The user of a connection's client certificate: CN is the name, every O a group.
 * Undefined without a certificate, or with one that our CA did not sign or that has
 * expired; a connection may outlive it.
 */
export function certificateUser(socket: TLSSocket): CertificateUser | undefined {
  if (!socket.authorized) return undefined;
  const { subject, valid_to: validTo } = socket.getPeerCertificate();
  const { CN, O } = (subject as Record<string, string | string[] | undefined> | undefined) ?? {};
  const username = asList(CN)[0];
  return username ? { user: { username, groups: asList(O) }, expiresAtMs: Date.parse(validTo) } : undefined;
}

function asList(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
