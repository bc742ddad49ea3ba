import { networkInterfaces } from 'node:os';

import { localAddressTowards } from './local-address.js';

/** An address that no machine has (RFC 5737): it is reached by the default route. */
const farAway = '203.0.113.1:1';

/**
 * The IPv4 address under which other machines most likely reach this one: that of the default
 * route, else the only one that there is beside loopback. Undefined when there are several
 * and no default route, or none.
 */
export async function defaultAddress(): Promise<string | undefined> {
  const routed = await localAddressTowards(farAway);
  if (routed !== undefined) return routed;
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  return own.length === 1 ? own[0] : undefined;
}
