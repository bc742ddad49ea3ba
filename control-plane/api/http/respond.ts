import { gzip } from 'node:zlib';
import { promisify } from 'node:util';

import { jsonType, yamlType, type Representation } from '../negotiation/accept.js';
import type { Call } from './call.js';

const compress = promisify(gzip);
/** Below this, compressing costs more than it saves. Kubernetes' threshold. */
const gzipFromBytes = 128 * 1024;

/** Writes `body` as the whole answer in the form that the client asked for. */
export async function respond(
  call: Pick<Call, 'request' | 'response' | 'query'>,
  code: number,
  body: object,
  format: Representation['format'] = 'json',
  headers: Record<string, string> = {},
): Promise<void> {
  const text =
    format === 'yaml'
      ? (await import('yaml')).stringify(body)
      : `${JSON.stringify(body, undefined, wantsPretty(call) ? 2 : undefined)}\n`;
  await respondBytes(call, code, Buffer.from(text), { 'content-type': format === 'yaml' ? yamlType : jsonType, ...headers });
}

/** Writes bytes as the whole answer, compressed when they are many and the client can read that. */
export async function respondBytes(
  call: Pick<Call, 'request' | 'response'>,
  code: number,
  bytes: Uint8Array,
  headers: Record<string, string>,
): Promise<void> {
  const { request, response } = call;
  const zipped = bytes.length >= gzipFromBytes && acceptsGzip(request.headers['accept-encoding']);
  const body = zipped ? await compress(bytes, { level: 1 }) : bytes;
  response.writeHead(code, {
    'cache-control': 'no-cache, private',
    ...headers,
    ...(zipped ? { 'content-encoding': 'gzip', vary: 'Accept-Encoding' } : {}),
    'content-length': String(body.length),
  });
  response.end(body);
}

/** Asked for by `?pretty`, or by a tool that people read the output of. */
export function wantsPretty(call: Pick<Call, 'request' | 'query'>): boolean {
  const asked = call.query.get('pretty');
  if (asked !== null) return asked !== 'false' && asked !== '0';
  return /^(curl|Wget|Mozilla)\b/.test(call.request.headers['user-agent'] ?? '');
}

function acceptsGzip(header: string | string[] | undefined): boolean {
  return String(header ?? '')
    .split(',')
    .some((item) => /^gzip(\s*;\s*q=(?!0(\.0*)?$).*)?$/.test(item.trim()));
}
