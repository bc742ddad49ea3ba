import { X509Certificate } from 'node:crypto';

import type { Clock } from '../clock/clock.js';
import { LongshoreError } from '../errors/errors.js';

/**
 * Refuses a certificate of the control plane whose life does not include this moment by this
 * machine's clock: with a wrong clock no connection can be verified, and no renewal is in time.
 * @param what names it in the message
 * @throws LongshoreError Unavailable, since a clock is usually set soon after a start
 */
export function requireToday(pem: string | Uint8Array, what: string, clock: Clock): void {
  const { validFrom, validTo } = new X509Certificate(pem);
  const nowMs = clock.now();
  const fromMs = Date.parse(validFrom);
  const toMs = Date.parse(validTo);
  if (nowMs >= fromMs && nowMs < toMs) return;
  const early = nowMs < fromMs;
  const when = early ? `only from ${new Date(fromMs).toISOString()} on` : `only until ${new Date(toMs).toISOString()}`;
  throw new LongshoreError(
    'Unavailable',
    `the clocks of this machine and of the control plane differ: here it is ${new Date(nowMs).toISOString()}, and ${what} is ` +
      `valid ${when}: set the clock that is wrong, for example with timedatectl set-ntp true`,
  );
}
