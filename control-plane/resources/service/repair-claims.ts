import type { Logger } from '../../../lib/log/logger.js';
import type { Service } from '../../../lib/kubernetes/types/core-v1.js';
import type { Store } from '../../store/store.js';
import { claimOwner } from '../definition.js';
import { objectOf } from '../registry/entries.js';
import { prefixOf } from '../registry/keys.js';
import { serviceDefinition } from './definition.js';
import { serviceClaimPrefixes, serviceClaims } from './service-allocation.js';

/**
 * Makes the markers of addresses and node ports agree with the services that there are:
 * adds what is missing, frees what nobody has. They are written together, so this finds
 * something only after a restored backup or a change of this code. Idempotent; safe
 * beside writers, because every change is compared with what was read.
 * @returns how many markers were changed
 */
export async function repairServiceClaims(store: Store, log: Logger): Promise<number> {
  const services = await store.list(prefixOf(serviceDefinition));
  const wanted = new Map<string, string>();
  for (const entry of services.entries) {
    const service = objectOf<Service>(entry);
    for (const claim of serviceClaims(service)) {
      const owner = claimOwner(serviceDefinition, service);
      const other = wanted.get(claim);
      if (other === undefined) wanted.set(claim, owner);
      else log.error('two services have the same address or port', { claim, owner, other });
    }
  }
  let changed = 0;
  for (const prefix of serviceClaimPrefixes) {
    const { entries } = await store.list(prefix, { revision: services.revision });
    const present = new Set(entries.map((entry) => entry.key));
    for (const entry of entries.filter(({ key }) => !wanted.has(key))) {
      const compare = [{ key: entry.key, modRevision: entry.modRevision }];
      if ((await store.transact(compare, [{ kind: 'delete', key: entry.key }])).committed) changed += 1;
    }
    for (const [key, owner] of wanted) {
      if (!key.startsWith(prefix) || present.has(key)) continue;
      const write = { kind: 'put' as const, key, value: Buffer.from(owner) };
      if ((await store.transact([{ key, modRevision: 0 }], [write])).committed) changed += 1;
    }
  }
  if (changed > 0) log.warn('service address and port markers repaired', { changed });
  return changed;
}
