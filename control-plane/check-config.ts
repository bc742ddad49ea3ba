import { isIPv4 } from 'node:net';

import { LongshoreError } from '../lib/errors/errors.js';
import { addressAt, contains, sizeOf, toNumber } from '../lib/net/cidr.js';
import type { ControlPlaneConfig } from './config.js';

/**
 * The configuration, when it holds together.
 * @throws LongshoreError InvalidArgument that names everything that is wrong
 */
export function checkConfig(config: ControlPlaneConfig): ControlPlaneConfig {
  const problems = problemsOf(config);
  if (problems.length > 0) throw new LongshoreError('InvalidArgument', `the configuration is wrong: ${problems.join('; ')}`);
  return config;
}

function problemsOf(config: ControlPlaneConfig): string[] {
  const problems: string[] = [];
  const check = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  for (const address of config.bindAddress) check(isIPv4(address), `--bind-address ${address} is not an IPv4 address`);
  const { advertiseAddress, port, nodePlanePort, healthPort, clusterCidr, serviceCidr } = config;
  if (advertiseAddress !== undefined)
    check(isIPv4(advertiseAddress), `--advertise-address ${advertiseAddress} is not an IPv4 address`);
  check(
    advertiseAddress !== undefined || config.bindAddress[0] !== '0.0.0.0',
    '--advertise-address must be given with --bind-address 0.0.0.0: where do pods and nodes reach the API?',
  );
  const ports = [port, nodePlanePort, healthPort].filter((value) => value !== 0);
  check(new Set(ports).size === ports.length, '--port, --node-plane-port and --health-port must differ');
  check(
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(config.clusterDomain),
    `--cluster-domain ${config.clusterDomain} is not a DNS name`,
  );
  check(
    config.heartbeatPeriodMs >= 100 && config.heartbeatPeriodMs <= 60_000,
    `--heartbeat-period-ms must be 100 to 60000, not ${config.heartbeatPeriodMs}`,
  );
  const graceMs = config.nodeMonitorGracePeriodMs;
  check(
    graceMs === undefined || graceMs >= 2 * config.heartbeatPeriodMs,
    `--node-monitor-grace-period-ms ${graceMs ?? ''} must be two heartbeats (${2 * config.heartbeatPeriodMs}) or more`,
  );
  const cidrs = { '--cluster-cidr': clusterCidr, '--service-cidr': serviceCidr };
  const malformed = Object.entries(cidrs).filter(([, cidr]) => !isCidr(cidr));
  for (const [flag, cidr] of malformed) check(false, `${flag} ${cidr} is not an IPv4 prefix such as 10.244.0.0/16`);
  if (malformed.length > 0) return problems;

  check(!overlap(clusterCidr, serviceCidr), `--cluster-cidr ${clusterCidr} and --service-cidr ${serviceCidr} overlap`);
  const mask = config.nodeCidrMaskSize;
  check(
    mask <= 28 && 2 ** (32 - mask) <= sizeOf(clusterCidr),
    `--node-cidr-mask-size ${mask} must lie between the prefix length of --cluster-cidr and 28`,
  );
  check(
    isIPv4(config.clusterDns) && contains(serviceCidr, config.clusterDns) && config.clusterDns !== addressAt(serviceCidr, 1),
    `--cluster-dns ${config.clusterDns} must be an address of --service-cidr ${serviceCidr}, other than ${addressAt(serviceCidr, 1)}`,
  );
  return problems;
}

/** Whether `text` is an IPv4 prefix that starts at its network's own address. */
function isCidr(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  if (!isIPv4(address) || !/^\d{1,2}$/.test(bits) || Number(bits) > 30) return false;
  return toNumber(address) % 2 ** (32 - Number(bits)) === 0;
}

function overlap(a: string, b: string): boolean {
  return contains(a, addressAt(b, 0)) || contains(b, addressAt(a, 0));
}
