import { FakeClock } from '../../../lib/clock/fake-clock.js';
import { silentLogger } from '../../../lib/log/logger.js';
import { openStore } from '../../store/open-store.js';
import type { Store } from '../../store/store.js';
import type { AdmissionSettings } from '../definition.js';
import { Resources } from '../resources.js';
import { makeNamespace, makeServiceAccount } from './builders.js';

export interface TestResources {
  readonly resources: Resources;
  readonly store: Store;
  readonly clock: FakeClock;
}

/**
 * Resources over an empty memory store and a clock that stands still, with the given
 * namespaces in it and the default service account in each.
 * @param options.random uniform in [0, 1); default the system's
 */
export async function createTestResources(
  options: { namespaces?: readonly string[]; settings?: Partial<AdmissionSettings>; random?: () => number } = {},
): Promise<TestResources> {
  const { namespaces = ['default'], settings = {}, random } = options;
  const clock = new FakeClock();
  const store = await openStore({ driver: 'memory', path: '', clock, log: silentLogger });
  const resources = new Resources({ store, clock, log: silentLogger, settings, ...(random ? { random } : {}) });
  for (const name of namespaces) {
    await resources.client('namespaces').create(makeNamespace(name));
    await resources.client('serviceaccounts').create(makeServiceAccount('default', name));
  }
  return { resources, store, clock };
}
