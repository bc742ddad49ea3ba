import { expect } from 'chai';

import { CertificateAuthority } from '../../control-plane/pki/certificate-authority.js';
import { FakeClock } from '../clock/fake-clock.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireToday } from './require-today.js';

describe('requireToday', () => {
  const clock = new FakeClock();
  let dir: string;
  let pem: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'longshore-today-'));
    pem = (await CertificateAuthority.open({ dir, clock })).certificatePem;
  });
  after(() => rm(dir, { recursive: true }));

  const problemAt = (offsetMs: number): string => {
    const here = new FakeClock(clock.now() + offsetMs);
    try {
      requireToday(pem, 'its certificate', here);
      return 'none';
    } catch (thrown) {
      return (thrown as Error).message;
    }
  };

  it('takes a certificate of today, also by a clock that is a little behind', () => {
    expect([0, -60_000, 3_600_000].map(problemAt)).to.deep.equal(['none', 'none', 'none']);
  });

  it('says both times, and what to do', () => {
    const behind = problemAt(-3_600_000);
    expect(behind).to.match(/^the clocks of this machine and of the control plane differ: here it is 20.*Z, and its certificate/);
    expect(behind).to.include('valid only from').and.include('timedatectl set-ntp true');
    expect(problemAt(11 * 365 * 86_400_000)).to.include('valid only until');
  });
});
