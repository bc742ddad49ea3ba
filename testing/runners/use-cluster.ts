import type { ClusterOptions } from '../cluster/cluster-options.js';
import { TestCluster } from '../cluster/test-cluster.js';
import { findHooks } from './find-hooks.js';

const startMarginMs = 30_000;
const stopMs = 60_000;
const evidenceMs = 30_000;

/**
 * A cluster for the tests of the surrounding describe block (or file): started before the first
 * of them, taken down after the last. When one fails, how the cluster is then is kept in a
 * folder, which is named on standard error.
 *
 *   const cluster = useCluster({ nodes: 3, runtime: 'fake' });
 *   it('...', async () => { const ns = await cluster.namespace(); ... });
 */
export function useCluster(options: ClusterOptions = {}): TestCluster {
  const cluster = new TestCluster(options);
  const hooks = options.hooks ?? findHooks();
  hooks.before(() => cluster.start(), (options.timeoutMs ?? 60_000) + startMarginMs);
  hooks.afterFailure(async (title, failure) => {
    // A test may fail because there is no cluster; the start's own error has said why.
    if (!cluster.running) return;
    const folder = await cluster.collectEvidence(title, failure);
    process.stderr.write(`\n  evidence of "${title}": ${folder}\n`);
  }, evidenceMs);
  hooks.after(() => cluster.stop(), stopMs);
  return cluster;
}
