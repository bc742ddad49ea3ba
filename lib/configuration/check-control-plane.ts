import { isIP, isIPv4 } from 'node:net';

import { addressAt, contains, sizeOf, toNumber } from '../net/cidr.js';
import type { ControlPlaneConfig } from './control-plane-settings.js';
import type { SettingProblem } from './setting-problem.js';

const dnsName = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** Everything that keeps a control plane's configuration from holding together. Pure. */
export function checkControlPlane(config: ControlPlaneConfig): SettingProblem[] {
  return [...addressProblems(config), ...timeProblems(config), ...networkProblems(config)];
}

function addressProblems(config: ControlPlaneConfig): SettingProblem[] {
  const { bindAddress, advertiseAddress, port, nodePlanePort, healthPort, clusterDomain, tlsSan } = config;
  const problems: SettingProblem[] = [];
  for (const name of tlsSan) {
    if (isIP(name) === 0 && !dnsName.test(name)) {
      problems.push({ setting: 'tlsSan', problem: `${name} is neither a DNS name nor an address` });
    }
  }
  for (const address of bindAddress) {
    if (!isIPv4(address)) problems.push({ setting: 'bindAddress', problem: `${address} is not an IPv4 address` });
  }
  if (advertiseAddress === undefined && bindAddress[0] === '0.0.0.0') {
    const problem = 'must be given with --bind-address 0.0.0.0: where do pods and nodes reach the API?';
    problems.push({ setting: 'advertiseAddress', problem });
  }
  if (advertiseAddress !== undefined && (!isIPv4(advertiseAddress) || advertiseAddress === '0.0.0.0')) {
    const problem = `${advertiseAddress} is not an IPv4 address that others can reach: give one of this machine's own`;
    problems.push({ setting: 'advertiseAddress', problem });
  }
  const ports = { port, nodePlanePort, healthPort };
  const taken = new Set<number>();
  for (const [setting, value] of Object.entries(ports)) {
    if (value !== 0 && taken.has(value)) {
      problems.push({ setting, problem: `${value} is taken: --port, --node-plane-port and --health-port must differ` });
    }
    taken.add(value);
  }
  if (!dnsName.test(clusterDomain)) {
    problems.push({ setting: 'clusterDomain', problem: `${clusterDomain} is not a DNS name such as cluster.local` });
  }
  return problems;
}

function timeProblems({ heartbeatPeriodMs, nodeMonitorGracePeriodMs: graceMs }: ControlPlaneConfig): SettingProblem[] {
  const problems: SettingProblem[] = [];
  if (heartbeatPeriodMs < 100 || heartbeatPeriodMs > 60_000) {
    problems.push({ setting: 'heartbeatPeriodMs', problem: `must be 100 to 60000, not ${heartbeatPeriodMs}` });
  }
  if (graceMs !== undefined && graceMs < 2 * heartbeatPeriodMs) {
    const problem = `${graceMs} must be two heartbeats (${2 * heartbeatPeriodMs}) or more`;
    problems.push({ setting: 'nodeMonitorGracePeriodMs', problem });
  }
  return problems;
}

function networkProblems(config: ControlPlaneConfig): SettingProblem[] {
  const { clusterCidr, serviceCidr, clusterDns, nodeCidrMaskSize: mask } = config;
  const malformed = Object.entries({ clusterCidr, serviceCidr }).filter(([, cidr]) => !isCidr(cidr));
  if (malformed.length > 0) {
    return malformed.map(([setting, cidr]) => ({ setting, problem: `${cidr} is not an IPv4 prefix such as 10.244.0.0/16` }));
  }
  const problems: SettingProblem[] = [];
  if (contains(clusterCidr, addressAt(serviceCidr, 0)) || contains(serviceCidr, addressAt(clusterCidr, 0))) {
    problems.push({ setting: 'clusterCidr', problem: `${clusterCidr} and --service-cidr ${serviceCidr} overlap` });
  }
  if (mask > 28 || 2 ** (32 - mask) > sizeOf(clusterCidr)) {
    const problem = `${mask} must lie between the prefix length of --cluster-cidr and 28`;
    problems.push({ setting: 'nodeCidrMaskSize', problem });
  }
  const apiAddress = addressAt(serviceCidr, 1);
  if (!isIPv4(clusterDns) || !contains(serviceCidr, clusterDns) || clusterDns === apiAddress) {
    const problem = `${clusterDns} must be an address of --service-cidr ${serviceCidr}, other than ${apiAddress}`;
    problems.push({ setting: 'clusterDns', problem });
  }
  return problems;
}

/** Whether `text` is an IPv4 prefix that starts at its network's own address. */
function isCidr(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  if (!isIPv4(address) || !/^\d{1,2}$/.test(bits) || Number(bits) > 30) return false;
  return toNumber(address) % 2 ** (32 - Number(bits)) === 0;
}
