/** A test run that starts a cluster, says where it is, and then hangs until somebody kills it. */
import { startCluster } from '../../../testing/index.js';

const cluster = await startCluster({ runtime: process.argv[2] === 'docker' ? 'docker' : 'fake', nodes: 1 });
if (process.argv[2] === 'docker') {
  const ns = await cluster.namespace();
  const container = { name: 'c', image: process.argv[3] ?? '', imagePullPolicy: 'Never', command: ['sleep', '1000'] };
  await ns.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [container] } });
  await ns.waitFor('pod/p', 'Ready');
}
console.log(cluster.dir);
setInterval(() => undefined, 1_000);
