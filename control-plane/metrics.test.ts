import { expect } from 'chai';
import { Registry } from 'prom-client';

import { systemClock } from '../lib/clock/clock.js';
import { silentLogger } from '../lib/log/logger.js';
import { registerNodePlaneMetrics } from './node-plane/node-plane-metrics.js';
import type { NodePlaneStatus } from './node-plane/node-plane.js';
import { registerSchedulerMetrics } from './scheduler/scheduler-metrics.js';
import { openStore } from './store/open-store.js';
import { registerStoreMetrics } from './store/store-metrics.js';

describe('metrics of the control plane', () => {
  let registry: Registry;
  beforeEach(() => {
    registry = new Registry();
  });

  it('tell revision and size of the store', async () => {
    const store = await openStore({ driver: 'memory', path: '', clock: systemClock, log: silentLogger });
    registerStoreMetrics(registry, store);
    const put = (key: string, text: string) => ({ kind: 'put' as const, key, value: Buffer.from(text) });
    await store.transact([], [put('/a', '12345'), put('/b', '123')]);
    await store.transact([], [put('/a', '1'), { kind: 'delete', key: '/b' }]);
    const stop = new AbortController();
    const watch = store.watch('/', 0, stop.signal)[Symbol.asyncIterator]();
    await watch.next();
    const text = await registry.metrics();
    expect(text).to.match(/^longshore_store_revision 2$/m);
    expect(text).to.match(/^longshore_store_keys 1$/m);
    expect(text).to.match(/^longshore_store_value_bytes 1$/m);
    expect(text).to.match(/^longshore_store_watches 1$/m);
    expect(text).to.match(/^longshore_store_history_changes 4$/m);
    stop.abort();
    await watch.return?.();
    expect(await registry.metrics()).to.match(/^longshore_store_watches 0$/m);
    await store.close();
  });

  it('tell how many pods wait', async () => {
    registerSchedulerMetrics(registry, { pending: () => ({ active: 1, backoff: 0, unschedulable: 4 }) });
    const text = await registry.metrics();
    expect(text).to.contain('scheduler_pending_pods{queue="active"} 1');
    expect(text).to.contain('scheduler_pending_pods{queue="unschedulable"} 4');
  });

  it('tell which kube-proxies are behind, and forget those that are gone', async () => {
    let status: NodePlaneStatus = {
      sessions: 2,
      services: 3,
      nodes: 2,
      proxies: [{ nodeName: 'n1', pending: 5, refused: true }],
    };
    registerNodePlaneMetrics(registry, {
      get status() {
        return status;
      },
    });
    const text = await registry.metrics();
    expect(text).to.contain('longshore_node_plane_sessions 2');
    expect(text).to.contain('longshore_routing_table_rows{kind="service"} 3');
    expect(text).to.contain('longshore_routing_pending_messages{node="n1"} 5');
    expect(text).to.contain('longshore_routing_refused{node="n1"} 1');
    status = { ...status, proxies: [] };
    expect(await registry.metrics()).not.to.contain('node="n1"');
  });
});
