/**
 * The victim of store-durability.test.ts: 64 writers on an lmdb store. Every acknowledged
 * transaction is reported as a line `writer n revision;`. Runs until it is killed.
 *
 * Arguments: directory of the store, round.
 */
import { systemClock } from '../../../lib/clock/clock.js';
import { createLogger } from '../../../lib/log/logger.js';
import { openStore } from '../../../control-plane/store/open-store.js';

const [, , path = '', round = ''] = process.argv;
const store = await openStore({
  driver: 'lmdb',
  path,
  clock: systemClock,
  log: createLogger({ component: 'store-writer', level: 'warn' }),
});

async function write(writer: number): Promise<never> {
  for (;;) {
    const counterKey = `/counters//${writer}`;
    const counter = await store.get(counterKey);
    const n = Number(counter ? Buffer.from(counter.value).toString() : 0) + 1;
    const result = await store.transact(
      [{ key: counterKey, modRevision: counter?.modRevision ?? 0 }],
      [
        { kind: 'put', key: counterKey, value: Buffer.from(String(n)) },
        { kind: 'put', key: `/writes/${writer}/${n}`, value: Buffer.from(`${round}:${'x'.repeat((writer * 37 + n) % 900)}`) },
      ],
    );
    if (!result.committed) throw new Error(`writer ${writer} met another on its own counter`);
    // A pipe is written before this returns, so what is reported was acknowledged and nothing is lost with the process.
    process.stdout.write(`${writer} ${n} ${result.revision};\n`);
  }
}

await Promise.all(Array.from({ length: 64 }, (_, writer) => write(writer)));
