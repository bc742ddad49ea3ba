const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const { useCluster } = require('@longshore/testing');

const manifest = readFileSync(join(__dirname, '../web.yaml'), 'utf8');

describe('web', () => {
  const cluster = useCluster({ runtime: 'fake', nodes: 2 });

  it('becomes available on both nodes', async () => {
    const ns = await cluster.namespace();
    await ns.apply(manifest);
    await ns.waitFor('deployment/web', 'Available', { timeoutMs: 30_000 });
    const { items } = await ns.client.pods.list();
    expect(new Set(items.map((pod) => pod.spec.nodeName))).toEqual(new Set(['node-1', 'node-2']));
  }, 30_000);
});
