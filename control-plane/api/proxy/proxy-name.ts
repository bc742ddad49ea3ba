import { badRequest } from '../status.js';

export interface ProxyName {
  scheme: 'http' | 'https';
  name: string;
  /** A number or a port's name; empty when none is said. */
  port: string;
}

/**
 * `[scheme:]name[:port]`, as the paths of pods/proxy and services/proxy name their object.
 * @throws StatusError 400
 */
export function parseProxyName(text: string): ProxyName {
  const parts = text.split(':');
  const [scheme, name, port] = parts.length === 3 ? parts : ['', ...parts, ''];
  const known = scheme === '' || scheme === 'http' || scheme === 'https';
  if (parts.length > 3 || !known || !name)
    throw badRequest(`invalid proxy request "${text}": it must read [http:|https:]NAME[:PORT]`);
  return { scheme: scheme === 'https' ? 'https' : 'http', name, port: port ?? '' };
}
