import { expect } from 'chai';

import { restoredSnapshot } from './restored-snapshot.js';

const backup = {
  revision: 1_000,
  entries: [
    { key: '/a', createRevision: 3, modRevision: 900, value: Buffer.from('a') },
    { key: '/b', createRevision: 1_000, modRevision: 1_000, value: Buffer.from('b') },
  ],
};

describe('restoredSnapshot', () => {
  it('goes on above every revision that the lost store can have given out', () => {
    const hour = 3_600_000;
    // As fast as a store can be, from the backup to the restore.
    const lost = backup.revision + 80 * hour;
    expect(restoredSnapshot(backup, hour).revision).to.be.greaterThan(lost);
  });

  it('goes on above a store that was restored from the same file before', () => {
    const day = 86_400_000;
    const first = restoredSnapshot(backup, day).revision;
    expect(restoredSnapshot(backup, day + 1_000).revision).to.be.greaterThan(first + 80 * 1_000);
  });

  it('goes forward although the clock went back', () => {
    expect(restoredSnapshot(backup, -5_000).revision).to.be.greaterThan(backup.revision);
  });

  it('gives every entry that revision, so that none looks older than a client knows it', () => {
    const { revision, entries } = restoredSnapshot(backup, 0);
    expect(entries).to.deep.equal(backup.entries.map((entry) => ({ ...entry, modRevision: revision })));
  });

  it('has room for centuries', () => {
    expect(Number.isSafeInteger(restoredSnapshot(backup, 500 * 365 * 86_400_000).revision)).to.equal(true);
  });
});
