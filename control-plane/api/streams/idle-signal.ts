import { linkedController } from '../../../lib/async/signals.js';
import type { Clock } from '../../../lib/clock/clock.js';
import { LongshoreError } from '../../../lib/errors/errors.js';

/** Streams on which nothing was said for so long are closed. Kubernetes' time. */
const idleMs = 4 * 3_600_000;

/** A signal that aborts with `parent`, or when `touch` was not called for four hours. Dispose of it when the work ends. */
export function idleSignal(
  clock: Clock,
  parent: AbortSignal,
): { readonly signal: AbortSignal; readonly touch: () => void } & Disposable {
  const controller = linkedController(parent);
  let touchedMs = clock.monotonic();
  const check = (): void => {
    const leftMs = touchedMs + idleMs - clock.monotonic();
    if (leftMs > 0) cancel = clock.after(leftMs, check);
    else controller.abort(new LongshoreError('DeadlineExceeded', 'nothing was said for 4 hours: the streams are closed'));
  };
  let cancel = clock.after(idleMs, check);
  return {
    signal: controller.signal,
    touch: () => {
      touchedMs = clock.monotonic();
    },
    [Symbol.dispose]: () => {
      cancel();
      controller[Symbol.dispose]();
    },
  };
}
