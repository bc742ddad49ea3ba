import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { findStoreHolder, readStoreSnapshot } from '../../control-plane/store/lmdb/snapshot-files.js';
import { eventually } from '../support/local-cluster.js';

const writerScript = new URL('./support/store-writer.ts', import.meta.url).pathname;

describe('a snapshot beside 64 writers', function () {
  this.timeout(60_000);
  let path = '';
  let writer: ChildProcess;

  before(async () => {
    path = await mkdtemp(join(tmpdir(), 'longshore-store-'));
    writer = spawn(process.execPath, ['--import', 'tsx', writerScript, path, '1'], { stdio: ['ignore', 'ignore', 'inherit'] });
    await eventually('the first writes', 20_000, async () => ((await readStoreSnapshot(path))?.revision ?? 0) > 500);
  });
  after(async () => {
    writer.kill('SIGKILL');
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'close');
    await rm(path, { recursive: true, force: true });
  });

  it('is of one revision, and leaves the store to its owner', async () => {
    const seen = new Set<number>();
    while (seen.size < 20) {
      const snapshot = await readStoreSnapshot(path);
      if (!snapshot) throw new Error('the store is gone');
      const { revision, entries } = snapshot;
      // Each transaction adds one entry and rewrites its writer's counter: of a torn one only half would be there.
      const counters = entries.filter(({ key }) => key.startsWith('/counters/'));
      const counted = counters.reduce((sum, { value }) => sum + Number(Buffer.from(value).toString()), 0);
      expect(entries.length - counters.length).to.equal(counted);
      expect(counted).to.equal(revision);
      expect(Math.max(...entries.map(({ modRevision }) => modRevision))).to.equal(revision);
      seen.add(revision);
    }
    expect(writer.exitCode).to.equal(null);
    expect(await findStoreHolder(path)).to.equal(writer.pid);
  });
});
