import { silentLogger } from '../../../lib/log/logger.js';
import { systemClock } from '../../../lib/clock/clock.js';
import { openStore } from '../open-store.js';
import { describeStoreContract } from '../store-contract.js';
import type { Store } from '../store.js';

let opened: Store | undefined;

describeStoreContract('memory', {
  open: async (history) => {
    opened = await openStore({ driver: 'memory', path: '', clock: systemClock, log: silentLogger, ...(history && { history }) });
    return opened;
  },
  cleanup: async () => opened?.close(),
});
