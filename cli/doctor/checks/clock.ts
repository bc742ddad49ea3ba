import { access } from 'node:fs/promises';

import { runProgram } from '../../../lib/local-cluster/process-runner.js';
import { defineCheck, ok, skipped, type Verdict, warning } from '../check.js';

/** What systemd says of the clock; undefined where it cannot be asked. */
export function judgeClock(synchronized: boolean | undefined): Verdict[] {
  if (synchronized === undefined) return [skipped('no systemd to ask whether the clock is kept')];
  if (synchronized) return [ok('the clock is kept by NTP')];
  return [
    warning(
      'the clock is not synchronized: certificates and leases need clocks that agree',
      'timedatectl set-ntp true (apt-get install systemd-timesyncd where it has no NTP)',
    ),
  ];
}

async function readClock(): Promise<boolean | undefined> {
  try {
    await access('/run/systemd/system');
    const answer = await runProgram('timedatectl', ['show', '--property=NTPSynchronized', '--value'], { timeoutMs: 5_000 });
    return answer.trim() === 'yes';
  } catch {
    // No systemd, or one without timedated: there is nobody to ask.
    return undefined;
  }
}

export const clockCheck = defineCheck({ name: 'clock', roles: ['server', 'agent'], read: readClock, judge: judgeClock });
