import { LongshoreError } from '../../../lib/errors/errors.js';
import { addressAt, sizeOf } from '../../../lib/net/cidr.js';
import type { ClusterSettings } from '../cluster-settings.js';

/**
 * Pure: the lowest pod CIDR that none of `taken` is.
 * @throws LongshoreError ResourceExhausted when the cluster CIDR is used up
 */
export function freePodCidr(
  { clusterCidr, nodeCidrMaskSize }: Pick<ClusterSettings, 'clusterCidr' | 'nodeCidrMaskSize'>,
  taken: ReadonlySet<string>,
): string {
  const size = 2 ** (32 - nodeCidrMaskSize);
  for (let offset = 0; offset < sizeOf(clusterCidr); offset += size) {
    const candidate = `${addressAt(clusterCidr, offset)}/${nodeCidrMaskSize}`;
    if (!taken.has(candidate)) return candidate;
  }
  throw new LongshoreError(
    'ResourceExhausted',
    `no pod CIDR is left for another node: ${clusterCidr} has ${Math.floor(sizeOf(clusterCidr) / size)} prefixes of length ${nodeCidrMaskSize}`,
  );
}
