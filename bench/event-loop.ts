import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { renderTable } from '../cli/terminal/table.js';
import type { ResourceClient } from '../control-plane/resources/client.js';
import { FakeCluster, makeNode, makePod } from '../control-plane/scheduler/fake-cluster.js';
import { Scheduler } from '../control-plane/scheduler/scheduler.js';
import { openStore } from '../control-plane/store/open-store.js';
import { systemClock } from '../lib/clock/clock.js';
import type { Pod } from '../lib/kubernetes/types/core-v1.js';
import { silentLogger } from '../lib/log/logger.js';
import { measureTurns, turnAt } from './turn-cost.js';

const cases: Record<string, () => Promise<number[]>> = {
  'store: 64 writers, 20 writes of 2 kB each, lmdb': measureStore,
  'scheduler: 1,000 pods on 50 nodes': measureScheduler,
};

/** Processor time of single turns of the event loop where much happens at once. The aim: none above 10 ms. */
export async function benchEventLoop(): Promise<string> {
  const rows = [['CASE', 'TURNS', 'MEDIAN', '90 %', '99 %', 'LONGEST', 'AIM']];
  for (const [name, measure] of Object.entries(cases)) {
    const turns = await measure();
    const shares = [0.5, 0.9, 0.99, 1].map((share) => `${turnAt(turns, share).toFixed(1)} ms`);
    rows.push([name, String(turns.length), ...shares, '10 ms']);
  }
  return renderTable(rows);
}

async function measureStore(): Promise<number[]> {
  const path = await mkdtemp(join(tmpdir(), 'longshore-bench-'));
  const store = await openStore({ driver: 'lmdb', path, clock: systemClock, log: silentLogger });
  const value = Buffer.alloc(2000, 'x');
  const writer = async (key: string): Promise<void> => {
    for (let n = 0; n < 20; n++) await store.transact([], [{ kind: 'put', key, value }]);
  };
  try {
    return await measureTurns(Promise.all(Array.from({ length: 64 }, (_, n) => writer(`/k/${n}`))));
  } finally {
    await store.close();
    await rm(path, { recursive: true });
  }
}

async function measureScheduler(): Promise<number[]> {
  const cluster = new FakeCluster();
  for (let n = 0; n < 50; n++) cluster.nodes.set(makeNode(`n${n}`));
  for (let n = 0; n < 1000; n++) cluster.put(makePod(`p${n}`, { cpu: '100m', memory: '64Mi', owner: `rs-${n % 20}` }));
  const stop = new AbortController();
  const scheduler = new Scheduler({
    clock: systemClock,
    log: silentLogger,
    pods: { client: cluster.client as ResourceClient<Pod>, informer: cluster.pods },
    nodes: { informer: cluster.nodes },
    events: cluster.events,
  });
  const everyPodPlaced = async (): Promise<void> => {
    while (cluster.pods.list().some(({ spec }) => !spec.nodeName)) await new Promise((resolve) => setImmediate(resolve));
  };
  const running = scheduler.run(stop.signal);
  try {
    return await measureTurns(everyPodPlaced());
  } finally {
    stop.abort();
    await running;
  }
}
