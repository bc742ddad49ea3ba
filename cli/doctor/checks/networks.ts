import ipaddr from 'ipaddr.js';

import { runProgram } from '../../../lib/local-cluster/process-runner.js';
import { defineCheck, failure, ok, type Verdict } from '../check.js';
import type { DoctorContext } from '../context.js';
import type { EngineNetwork } from '../readings/engine-reading.js';

export interface NetworksReading {
  /** Prefixes that the cluster will use. */
  readonly cluster: readonly { cidr: string; flag: string }[];
  /** Prefixes that are used on this machine, and how to name each. */
  readonly used: readonly { cidr: string; what: string; fix?: string }[];
}

export function judgeNetworks({ cluster, used }: NetworksReading): Verdict[] {
  const overlaps = cluster.flatMap(({ cidr, flag }) =>
    used
      .filter((one) => overlap(one.cidr, cidr))
      .map(({ what, cidr: taken, fix }) =>
        failure(
          `${what} (${taken}) overlaps with ${flag} ${cidr}`,
          `${fix === undefined ? '' : `${fix}, or `}choose another ${flag} for the control plane, and give it to doctor`,
        ),
      ),
  );
  if (overlaps.length > 0) return overlaps;
  return [ok(`no network of this machine overlaps with ${cluster.map(({ cidr }) => cidr).join(' and ')}`)];
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [ipaddr.IPv4.parseCIDR(one), ipaddr.IPv4.parseCIDR(other)];
  const shorter = Math.min(a[1], b[1]);
  return a[0].match(b[0], shorter);
}

interface Route {
  dst: string;
  dev?: string;
  gateway?: string;
  protocol?: string;
}
interface Link {
  ifname: string;
  addr_info?: { local: string; prefixlen: number }[];
}

async function readNetworks({ clusterCidr, serviceCidr, engine }: DoctorContext): Promise<NetworksReading> {
  const [routes, links, answer] = await Promise.all([
    runProgram('ip', ['-j', '-4', 'route', 'show']).then((text) => JSON.parse(text || '[]') as Route[]),
    runProgram('ip', ['-j', '-4', 'address', 'show']).then((text) => JSON.parse(text || '[]') as Link[]),
    engine(),
  ]);
  const networks = answer.answers ? answer.networks : [];
  const own = new Set(networks.filter(isOwn).map(bridgeOf));
  return {
    cluster: [
      { cidr: clusterCidr, flag: '--cluster-cidr' },
      { cidr: serviceCidr, flag: '--service-cidr' },
    ],
    used: [
      ...networks.filter((network) => !isOwn(network)).flatMap(usedByNetwork),
      ...links.filter(({ ifname }) => !own.has(ifname)).flatMap(usedByLink),
      ...routes.filter((route) => !isOwnRoute(route, own)).flatMap(usedByRoute),
    ],
  };
}

/** Networks and routes that nodes of Longshore made bear its marks, see docs/networking.md. */
function isOwn({ Labels }: EngineNetwork): boolean {
  return Labels?.['longshore.dev/cluster'] !== undefined;
}

function isOwnRoute({ protocol, dev = '' }: Route, own: ReadonlySet<string>): boolean {
  return protocol === '76' || own.has(dev);
}

function bridgeOf({ Options, Id }: EngineNetwork): string {
  return Options?.['com.docker.network.bridge.name'] ?? `br-${Id.slice(0, 12)}`;
}

function usedByNetwork({ Name, IPAM }: EngineNetwork): NetworksReading['used'] {
  return (IPAM?.Config ?? []).flatMap(({ Subnet }) =>
    Subnet !== undefined && !Subnet.includes(':')
      ? [{ cidr: Subnet, what: `Docker network ${Name}`, fix: `docker network rm ${Name} if nothing needs it` }]
      : [],
  );
}

function usedByLink({ ifname, addr_info = [] }: Link): NetworksReading['used'] {
  return addr_info.map(({ local }) => ({ cidr: `${local}/32`, what: `the address of ${ifname}` }));
}

function usedByRoute({ dst, dev = '', gateway }: Route): NetworksReading['used'] {
  if (dst === 'default') return [];
  const cidr = dst.includes('/') ? dst : `${dst}/32`;
  return [{ cidr, what: `the route by ${gateway ?? dev}`, fix: `ip route del ${dst} if nothing needs it` }];
}

export const networksCheck = defineCheck({
  name: 'networks',
  roles: ['server', 'agent'],
  read: readNetworks,
  judge: judgeNetworks,
});
