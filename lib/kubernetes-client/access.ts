import { readFile } from 'node:fs/promises';

import { LongshoreError } from '../errors/errors.js';

/** What is needed to talk to one API server as one user. */
export interface ApiAccess {
  /** https://HOST:PORT; http:// for a proxy that adds the credentials. A path prefix is kept. */
  server: string;
  /** Authorities to trust, PEM. Default: those of the machine. */
  ca?: string;
  /** Client certificate and its key, PEM. */
  certificate?: string;
  privateKey?: string;
  /** Bearer token. */
  token?: string;
  /** File of a bearer token that may change; read for every request. Used instead of `token`. */
  tokenFile?: string;
  /** Trusts whoever answers. Default false. */
  insecureSkipTlsVerify?: boolean;
  /** Name that the server's certificate must have, when it is not the address. */
  tlsServerName?: string;
  /** Namespace of the context. Default: default. */
  namespace?: string;
}

/** The part of an access that TLS needs, as node:tls and node:https take it. */
export function tlsOptionsOf(access: ApiAccess): {
  ca?: string;
  cert?: string;
  key?: string;
  servername?: string;
  rejectUnauthorized: boolean;
} {
  const { ca, certificate, privateKey, tlsServerName, insecureSkipTlsVerify } = access;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(privateKey === undefined ? {} : { key: privateKey }),
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
    rejectUnauthorized: insecureSkipTlsVerify !== true,
  };
}

/** The Authorization header, for an access with a token. @throws LongshoreError FailedPrecondition naming the token's file */
export async function authorizationOf({ token, tokenFile }: ApiAccess): Promise<{ authorization?: string }> {
  const bearer = tokenFile === undefined ? token : await readToken(tokenFile);
  return bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (thrown) {
    throw new LongshoreError('FailedPrecondition', `the token file ${file} cannot be read: ${(thrown as Error).message}`, {
      cause: thrown,
    });
  }
}

/** The absolute URL of a path of the API, below the server's own path prefix. */
export function urlOf({ server }: ApiAccess, path: string): URL {
  return new URL(server.replace(/\/+$/, '') + path);
}
