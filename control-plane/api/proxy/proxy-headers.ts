import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** Of one connection, not of the message (RFC 9110, section 7.6.1). */
const hopByHop = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade'],
]);
/** Meant for the API alone: a pod must not learn who asks, nor with what. */
const secret = /^(authorization|impersonate-.*|x-remote-.*)$/;

/** The headers of a client's request as a pod gets them. Pure. */
export function forwardedHeaders(headers: IncomingHttpHeaders, path: string): OutgoingHttpHeaders {
  const { host, ':authority': authority } = headers;
  const kept = Object.entries(passing(headers)).filter(([name]) => !secret.test(name) && !name.startsWith(':'));
  return {
    ...Object.fromEntries(kept),
    // Each request has a connection of its own.
    connection: 'close',
    'x-forwarded-uri': path,
    'x-forwarded-host': String(host ?? authority ?? ''),
    'x-forwarded-proto': 'https',
  };
}

/**
 * The headers of a pod's answer as the client gets them. Pure.
 * @param base path of the proxy, before which a location on the same server is put
 */
export function answeredHeaders(headers: IncomingHttpHeaders, base: string): Record<string, string> {
  const { location, ...rest } = passing(headers);
  const answered: Record<string, string> = {};
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) answered[name] = [value].flat().join(', ');
  if (typeof location === 'string') answered.location = location.startsWith('/') ? base + location : location;
  return answered;
}

/** Without those of the connection, also the ones that the Connection header names. */
function passing(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name) && !named.has(name)));
}
