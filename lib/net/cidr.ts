import ipaddr from 'ipaddr.js';

/** The `index`-th IPv4 address of `cidr`, counted from its network address (index 0). */
export function addressAt(cidr: string, index: number): string {
  const [address] = ipaddr.IPv4.parseCIDR(cidr);
  return fromNumber(toNumber(address.toString()) + index);
}

/** First usable address of a node's pod CIDR: the bridge's gateway and the node's DNS server. */
export function gatewayOf(podCidr: string): string {
  return addressAt(podCidr, 1);
}

/** Whether the IPv4 `address` lies in `cidr`. */
export function contains(cidr: string, address: string): boolean {
  const parsed = ipaddr.parse(address);
  return parsed.kind() === 'ipv4' && (parsed as ipaddr.IPv4).match(ipaddr.IPv4.parseCIDR(cidr));
}

/** How many addresses `cidr` has. */
export function sizeOf(cidr: string): number {
  return 2 ** (32 - ipaddr.IPv4.parseCIDR(cidr)[1]);
}

/** An IPv4 address as an unsigned 32-bit number. */
export function toNumber(address: string): number {
  return ipaddr.IPv4.parse(address).octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

/** The inverse of {@link toNumber}. */
export function fromNumber(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
