import { isIPv4, isIPv6 } from 'node:net';

import ipaddr from 'ipaddr.js';

import { invalid, type FieldCause } from '../causes.js';

/** Where no endpoint can answer, and what Kubernetes (ValidateNonSpecialIP) says of it. */
const specialRanges: readonly [detail: string, ...cidrs: string[]][] = [
  ['may not be unspecified (0.0.0.0 or ::)', '0.0.0.0/32', '::/128'],
  ['may not be in the loopback range (127.0.0.0/8, ::1/128)', '127.0.0.0/8', '::1/128'],
  ['may not be in the link-local range (169.254.0.0/16, fe80::/10)', '169.254.0.0/16', 'fe80::/10'],
  ['may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)', '224.0.0.0/24', 'ff02::/16'],
];

/**
 * An address as Kubernetes takes it (IsValidIP, strict since KEP-4858): IPv4 as four decimal
 * numbers without leading zeros, IPv6 without a zone and not IPv4-mapped. What programs read
 * differently ("1", "0x7f.1", "010.0.0.1") is refused.
 */
export function validateIp(address: string, field: string): FieldCause[] {
  const detail = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
  return isIPv4(address) || isPlainIpv6(address) ? [] : [invalid(field, address, detail)];
}

/** An address, of `family` where that is given, at which something can answer other machines. */
export function validateReachableIp(address: string, field: string, family?: 'IPv4' | 'IPv6'): FieldCause[] {
  if (family === 'IPv4' && !isIPv4(address)) return [invalid(field, address, 'must be a valid IPv4 address')];
  if (family === 'IPv6' && !isPlainIpv6(address)) return [invalid(field, address, 'must be a valid IPv6 address')];
  const causes = validateIp(address, field);
  if (causes.length > 0) return causes;
  return specialRanges
    .filter(([, ...cidrs]) => cidrs.some((cidr) => lies(address, cidr)))
    .map(([detail]) => invalid(field, address, detail));
}

function isPlainIpv6(address: string): boolean {
  return isIPv6(address) && !address.includes('%') && !ipaddr.IPv6.parse(address).isIPv4MappedAddress();
}

function lies(address: string, cidr: string): boolean {
  const parsed = ipaddr.parse(address);
  const [network, bits] = ipaddr.parseCIDR(cidr);
  return parsed.kind() === network.kind() && parsed.match(network, bits);
}
