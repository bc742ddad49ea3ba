import type { DnsConfig, PodSpec } from '../../proto/gen/longshore/node/v1/pod.js';
import type { PodFacts } from './volume-manager.js';

/** resolv.conf(5): what is looked up where. */
export interface ResolvConf {
  nameservers: readonly string[];
  searches: readonly string[];
  options: readonly string[];
}

/** A dead name server costs a look-up two seconds, not five. */
const clusterOptions = ['ndots:5', 'timeout:1', 'attempts:3'];

/** Reads the node's file; what else it says is left out. Pure. */
export function parseResolvConf(text: string): ResolvConf {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const all = (keyword: string): string[][] => lines.filter(([first]) => first === keyword).map(([, ...rest]) => rest);
  return {
    nameservers: all('nameserver').flatMap(([address]) => address ?? []),
    searches: all('search').at(-1) ?? [],
    options: all('options').flat(),
  };
}

/** A pod's resolver settings by its dnsPolicy, with its dnsConfig merged in. Pure. */
export function computeResolvConf(spec: PodSpec, namespace: string, facts: PodFacts, node: ResolvConf): ResolvConf {
  return merge(byPolicy(spec, namespace, facts, node), spec.dnsConfig);
}

export function renderResolvConf({ nameservers, searches, options }: ResolvConf): string {
  const lines = [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...nameservers.map((address) => `nameserver ${address}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function byPolicy(spec: PodSpec, namespace: string, facts: PodFacts, node: ResolvConf): ResolvConf {
  if (spec.dnsPolicy === 'None') return { nameservers: [], searches: [], options: [] };
  const ofNode = spec.dnsPolicy === 'Default' || (spec.dnsPolicy === 'ClusterFirst' && spec.hostNetwork);
  if (!ofNode) {
    const { dnsServers, clusterDomain } = facts;
    const searches = [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
    return { nameservers: dnsServers, searches, options: clusterOptions };
  }
  if (spec.hostNetwork) return node;
  // A loopback address is somebody else in the pod's network; the node's DNS server forwards instead.
  const reachable = node.nameservers.filter((address) => !/^(127\.|::1$)/.test(address));
  return { ...node, nameservers: reachable.length > 0 ? reachable : facts.dnsServers.slice(0, 1) };
}

/** dnsConfig adds name servers and searches, and overrides options by name. */
function merge(base: ResolvConf, config: DnsConfig | undefined): ResolvConf {
  if (!config) return base;
  const options = new Map(base.options.map((option) => [option.split(':')[0] ?? option, option]));
  for (const { name, value } of config.options)
    options.set(name, value === undefined || value === '' ? name : `${name}:${value}`);
  return {
    nameservers: [...new Set([...base.nameservers, ...config.nameservers])],
    searches: [...new Set([...base.searches, ...config.searches])],
    options: [...options.values()],
  };
}
