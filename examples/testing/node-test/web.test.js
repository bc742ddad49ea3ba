import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { useCluster } from '@longshore/testing';

const manifest = readFileSync(new URL('../web.yaml', import.meta.url), 'utf8');

describe('web', () => {
  const cluster = useCluster({ runtime: 'fake', nodes: 2 });

  it('becomes available on both nodes', { timeout: 30_000 }, async () => {
    const ns = await cluster.namespace();
    await ns.apply(manifest);
    await ns.waitFor('deployment/web', 'Available', { timeoutMs: 30_000 });
    const { items } = await ns.client.pods.list();
    assert.deepEqual(new Set(items.map((pod) => pod.spec.nodeName)), new Set(['node-1', 'node-2']));
  });
});
