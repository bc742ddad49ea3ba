import { systemClock } from '../../lib/clock/clock.js';
import { keepCodeCache } from '../../lib/lifecycle/keep-code-cache.js';
import { clearSlot } from '../slots/sweep.js';

/** Longer and something is stuck: the next run's sweep tries again. */
const deadlineMs = 120_000;

systemClock.after(deadlineMs, () => process.exit(1));
clearSlot(process.argv[2] ?? '', 'reaper')
  .then(keepCodeCache)
  .then(
    () => process.exit(0),
    () => process.exit(1),
  );
