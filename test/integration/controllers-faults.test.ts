import { expect } from 'chai';

import { openStore } from '../../control-plane/store/open-store.js';
import type { Store } from '../../control-plane/store/store.js';
import { systemClock } from '../../lib/clock/clock.js';
import { silentLogger } from '../../lib/log/logger.js';
import { FailingStore } from '../support/failing-store.js';
import { ControllersHarness, deploymentOf, isActive } from './controllers-harness.js';

/** A reproducible sequence of numbers in [0, 1). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Names of all pods that were ever created, in the store's own history. */
async function watchPods(store: Store, signal: AbortSignal, seen: Set<string>): Promise<void> {
  for await (const { changes } of store.watch('/pods/', store.revision(), signal)) {
    for (const { key, current } of changes) if (current) seen.add(key);
  }
}

describe('Controllers under faults', function () {
  this.timeout(60_000);
  let harness: ControllersHarness;
  let store: Store;
  let created: Set<string>;
  let stop: AbortController;

  beforeEach(async () => {
    store = await openStore({ driver: 'memory', path: '', clock: systemClock, log: silentLogger });
    stop = new AbortController();
    created = new Set();
    harness = await ControllersHarness.start({ store, prepare: true });
    void watchPods(store, stop.signal, created).catch(() => undefined);
  });

  afterEach(async () => {
    stop.abort();
    await harness.stop();
  });

  async function scaleTo(replicas: number): Promise<void> {
    await harness.resources.client('deployments.apps').modify('default', 'web', (draft) => void (draft.spec.replicas = replicas));
    const isDone = async (): Promise<boolean> =>
      (await harness.resources.client('pods').list('default')).items.filter(isActive).length === replicas;
    await harness.until(`${replicas} pods`, isDone);
  }

  for (const seed of [1, 2, 3, 4]) {
    it(`never makes a pod twice when caches lag (seed ${seed})`, async () => {
      const random = randomOf(seed);
      await harness.stop();
      harness = await ControllersHarness.start({ store: new FailingStore({ store, watchDelayMs: () => random() * 30 }) });
      await harness.resources.client('deployments.apps').create(deploymentOf('web', 'app:1', { replicas: 0 }));
      let expected = 0;
      let before = 0;
      for (const replicas of [7, 3, 9, 0, 4]) {
        await scaleTo(replicas);
        await systemClock.sleep(120);
        expected += Math.max(0, replicas - before);
        before = replicas;
        const { items } = await harness.resources.client('pods').list('default');
        expect(items).to.have.length(replicas);
        expect(created.size, 'pods ever created').to.equal(expected);
      }
    });
  }

  it('never makes a pod twice when answers of the store get lost', async () => {
    const random = randomOf(7);
    await harness.stop();
    harness = await ControllersHarness.start({
      store: new FailingStore({ store, watchDelayMs: () => random() * 20, loseAnswer: () => random() < 0.2 }),
    });
    const observer = await ControllersHarness.start({ store, controllers: () => false });
    const { resources } = observer;
    await resources.client('deployments.apps').create(deploymentOf('web', 'app:1', { replicas: 12 }));
    await harness.until('12 pods', async () => (await resources.client('pods').list('default')).items.length >= 12);
    await systemClock.sleep(300);
    await observer.stop();
    expect(created.size).to.equal(12);
  });

  it('never makes a pod twice when the control plane is killed at any write', async () => {
    const client = harness.resources.client('deployments.apps');
    await harness.stop();
    await client.create(deploymentOf('web', 'app:1', { replicas: 6 }));
    // Six pods take about a dozen writes: each process dies at one of them.
    for (const dieAfterWrites of [0, 1, 1, 2, 2, 3, 4]) {
      const dying = new FailingStore({ store, dieAfterWrites });
      const victim = await ControllersHarness.start({ store: dying });
      await systemClock.sleep(150);
      expect(created.size, 'pods ever created').to.be.at.most(6);
      victim.abandon();
    }
    harness = await ControllersHarness.start({ store });
    await harness.until('6 pods', () => harness.pods().length === 6);
    await harness.quiet();
    expect(created.size).to.equal(6);
    expect(await harness.replicaSets()).to.have.length(1);
  });
});
