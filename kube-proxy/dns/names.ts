import ipaddr from 'ipaddr.js';

/** What a name below the cluster domain asks for (Kubernetes DNS specification 1.1.0). */
export type ClusterName =
  /** cluster.local, svc.cluster.local, pod.cluster.local */
  | { kind: 'zone' }
  | { kind: 'version' }
  | { kind: 'namespace'; namespace: string }
  | { kind: 'service'; namespace: string; service: string }
  /** A pod of a headless service, by its hostname or its address with dashes. */
  | { kind: 'endpoint'; namespace: string; service: string; hostname: string }
  | { kind: 'port'; namespace: string; service: string; port: string; protocol: string }
  | { kind: 'pod'; namespace: string; address: string }
  | { kind: 'unknown' };

/** @returns undefined for a name that is not below `domain`; both in lower case, without a last dot */
export function parseClusterName(name: string, domain: string): ClusterName | undefined {
  if (name === domain) return { kind: 'zone' };
  if (!name.endsWith(`.${domain}`)) return undefined;
  const labels = name.slice(0, -domain.length - 1).split('.');
  const zone = labels.pop();
  if (zone === 'dns-version' && labels.length === 0) return { kind: 'version' };
  if (zone === 'svc') return parseServiceName(labels);
  if (zone === 'pod') return parsePodName(labels);
  return { kind: 'unknown' };
}

/** The address that `4.3.2.1.in-addr.arpa` asks for; undefined for any other name. */
export function parseReverseName(name: string): string | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa$/.exec(name);
  const address = match?.slice(1, 5).reverse().join('.');
  return address !== undefined && ipaddr.IPv4.isValidFourPartDecimal(address) ? address : undefined;
}

/** The label of an endpoint that has no hostname: its address with dashes. */
export function dashed(address: string): string {
  return address.replaceAll('.', '-');
}

function parseServiceName(labels: string[]): ClusterName {
  const [namespace, service, third, fourth] = [...labels].reverse();
  if (namespace === undefined) return { kind: 'zone' };
  if (service === undefined) return { kind: 'namespace', namespace };
  if (third === undefined) return { kind: 'service', namespace, service };
  if (fourth === undefined)
    return third.startsWith('_') ? { kind: 'unknown' } : { kind: 'endpoint', namespace, service, hostname: third };
  const isPort = labels.length === 4 && third.startsWith('_') && fourth.startsWith('_');
  return isPort ? { kind: 'port', namespace, service, port: fourth.slice(1), protocol: third.slice(1) } : { kind: 'unknown' };
}

function parsePodName(labels: string[]): ClusterName {
  const [namespace, pod] = [...labels].reverse();
  if (namespace === undefined) return { kind: 'zone' };
  if (pod === undefined) return { kind: 'namespace', namespace };
  const address = pod.replaceAll('-', '.');
  return labels.length === 2 && ipaddr.IPv4.isValidFourPartDecimal(address)
    ? { kind: 'pod', namespace, address }
    : { kind: 'unknown' };
}
