import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { openStore } from '../../control-plane/store/open-store.js';
import type { Store } from '../../control-plane/store/store.js';
import { systemClock } from '../../lib/clock/clock.js';
import { silentLogger } from '../../lib/log/logger.js';

const rounds = 20;
const seed = Number(process.env['LONGSHORE_TEST_SEED'] ?? 20);
const writerScript = new URL('./support/store-writer.ts', import.meta.url).pathname;

interface Acknowledged {
  readonly writer: number;
  readonly n: number;
  readonly revision: number;
}

describe('lmdb store under SIGKILL', function () {
  this.timeout(180_000);
  let path: string;

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'longshore-durability-'));
  });

  afterEach(() => rm(path, { recursive: true, force: true }));

  it(`keeps every acknowledged write of 64 writers through ${rounds} kills (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const acknowledged: Acknowledged[] = [];
    for (let round = 0; round < rounds; round++) {
      const before = acknowledged.length;
      await writeUntilKilled(path, round, random() * 200, acknowledged);
      expect(acknowledged.length, `writes acknowledged in round ${round}`).to.be.greaterThan(before);
      const store = await openStore({ driver: 'lmdb', path, clock: systemClock, log: silentLogger });
      try {
        await checkStore(store, acknowledged);
      } finally {
        await store.close();
      }
    }
  });
});

/** Runs the writers and kills them `killAfterMs` after their first acknowledged write. */
async function writeUntilKilled(path: string, round: number, killAfterMs: number, acknowledged: Acknowledged[]): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', writerScript, path, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  let killing: Promise<void> | undefined;
  const killSoon = async (): Promise<void> => {
    await sleep(killAfterMs);
    child.kill('SIGKILL');
  };
  for await (const line of createInterface({ input: child.stdout })) {
    // The kill may cut the last line off; a whole one ends in a semicolon.
    const match = /^(\d+) (\d+) (\d+);$/.exec(line);
    if (match) acknowledged.push({ writer: Number(match[1]), n: Number(match[2]), revision: Number(match[3]) });
    killing ??= killSoon();
  }
  await killing;
  expect(await exited).to.equal('SIGKILL');
}

async function checkStore(store: Store, acknowledged: readonly Acknowledged[]): Promise<void> {
  const newest = store.revision();
  const { entries } = await store.list('');
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  const text = (key: string): string => Buffer.from(byKey.get(key)?.value ?? []).toString();

  for (const { writer, n, revision } of acknowledged) {
    const entry = byKey.get(`/writes/${writer}/${n}`);
    expect(entry?.modRevision, `revision of acknowledged write ${writer}/${n}`).to.equal(revision);
    expect(text(`/writes/${writer}/${n}`)).to.match(new RegExp(`^\\d+:x{${(writer * 37 + n) % 900}}$`));
  }

  // Each transaction wrote a counter and an entry: both are there or neither.
  const writes = entries.filter(({ key }) => key.startsWith('/writes/'));
  const counted = entries.filter(({ key }) => key.startsWith('/counters/')).reduce((sum, { key }) => sum + Number(text(key)), 0);
  expect(writes.length).to.equal(counted);
  expect(newest, 'one revision a transaction, without a gap').to.equal(writes.length);
  expect(new Set(writes.map(({ modRevision }) => modRevision)).size).to.equal(writes.length);
  expect(Math.max(...entries.map(({ modRevision }) => modRevision))).to.equal(newest);

  // The history that came through the kill leads up to the newest revision without a gap.
  const from = Math.max(0, newest - 100);
  let expected = from;
  for await (const batch of store.watch('', from, new AbortController().signal)) {
    expect(batch.revision).to.equal(++expected);
    expect(batch.changes).to.have.length(2);
    if (expected === newest) break;
  }
}

/** Uniform in [0, 1); the same sequence for the same seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
