import { createHash } from 'node:crypto';

import type { Call } from '../http/call.js';
import type { Route } from '../http/router.js';
import { respondBytes } from '../http/respond.js';
import { parseAccept } from '../negotiation/accept.js';
import { notAcceptable } from '../status.js';
import { encodeGnostic } from './gnostic.js';
import type { SwaggerDocument } from './swagger.js';

/** What is asked for and, since `@` may not stand in a media type, what is answered. */
const gnosticType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const gnosticTypes = ['application/com.github.proto-openapi.spec.v2@v1.0+protobuf', gnosticType];

interface Served {
  bytes: Uint8Array;
  etag: string;
  contentType: string;
}

/**
 * /openapi/v2, as JSON and as gnostic protobuf, with an ETag. The document is made when it
 * is first asked for. /openapi/v3 is not served: clients fall back on v2 for its 404.
 */
export function openApiRoutes(document: () => SwaggerDocument): Route[] {
  const json = lazily(() => served(Buffer.from(JSON.stringify(document())), 'application/json'));
  const gnostic = lazily(() => served(encodeGnostic(document()), gnosticType));

  const handle = async (call: Call): Promise<void> => {
    const answer = choose(call.request.headers.accept);
    const { bytes, etag, contentType } = answer === 'gnostic' ? gnostic() : json();
    const headers = { etag, vary: 'Accept', 'content-type': contentType };
    if (call.request.headers['if-none-match'] === etag) {
      call.response.writeHead(304, headers);
      call.response.end();
      return;
    }
    await respondBytes(call, 200, bytes, headers);
  };
  return [{ path: '/openapi/v2', methods: { GET: handle } }];
}

function choose(accept: string | undefined): 'json' | 'gnostic' {
  for (const { type } of parseAccept(accept)) {
    if (gnosticTypes.includes(type)) return 'gnostic';
    if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'json';
  }
  throw notAcceptable(['application/json', ...gnosticTypes]);
}

function served(bytes: Uint8Array, contentType: string): Served {
  return { bytes, contentType, etag: `"${createHash('sha256').update(bytes).digest('hex').toUpperCase()}"` };
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
