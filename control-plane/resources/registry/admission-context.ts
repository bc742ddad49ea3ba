import type { Store } from '../../store/store.js';
import type { AdmissionContext, AdmissionSettings } from '../definition.js';
import type { ResourceKey, ResourceTypes } from '../resource-types.js';
import { objectOf } from './entries.js';
import type { Identifiers } from './identifiers.js';

export const defaultAdmissionSettings: AdmissionSettings = {
  serviceCidr: '10.96.0.0/16',
  nodePorts: [30_000, 32_767],
  defaultTolerationSeconds: 2,
};

/** Admission's view of the store. */
export function createAdmissionContext(options: {
  store: Store;
  identifiers: Identifiers;
  settings: AdmissionSettings;
}): AdmissionContext {
  const { store, identifiers, settings } = options;
  return {
    settings,
    suffix: (length) => identifiers.suffix(length),
    randomInt: (bound) => identifiers.int(bound),
    get: async <K extends ResourceKey>(key: K, namespace: string, name: string) => {
      const entry = await store.get(`/${key}/${namespace}/${name}`);
      return entry && objectOf<ResourceTypes[K]>(entry);
    },
    claimedBy: async (claim) => {
      const entry = await store.get(claim);
      return entry && Buffer.from(entry.value).toString();
    },
    claims: async (prefix) => (await store.list(prefix)).entries.map((entry) => entry.key),
  };
}
