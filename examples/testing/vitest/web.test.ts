import { readFileSync } from 'node:fs';

import { type coreV1, type TestNamespace, useCluster } from '@longshore/testing/vitest';
import { describe, expect, it } from 'vitest';

const manifest = readFileSync(new URL('../web.yaml', import.meta.url), 'utf8');

async function podsOf(ns: TestNamespace): Promise<coreV1.Pod[]> {
  return (await ns.client.pods.list()).items;
}

describe('web', () => {
  const cluster = useCluster({ runtime: 'fake', nodes: 2 });

  it('becomes available on both nodes', { timeout: 30_000 }, async () => {
    const ns = await cluster.namespace();
    await ns.apply(manifest);
    await ns.waitFor('deployment/web', 'Available', { timeoutMs: 30_000 });
    expect(new Set((await podsOf(ns)).map((pod) => pod.spec.nodeName))).toEqual(new Set(['node-1', 'node-2']));
  });
});
