import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { readProcessTable } from '../../lib/local-cluster/process-table.js';
import type { coreV1, TestNamespace } from '../../testing/index.js';
import { startCluster, useCluster } from '../../testing/index.js';
import { abandonCluster } from '../support/abandon-cluster.js';
import { eventually } from '../support/local-cluster.js';

const podOf = (name: string, image: string, more: object = {}) => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name } },
  spec: { containers: [{ name: 'c', image, ...more }] },
});

describe('A fake cluster of the harness', () => {
  const cluster = useCluster({ runtime: 'fake', nodes: 3 });
  let ns: TestNamespace;
  const statusOf = async (name: string) => (await ns.client.pods.get(name)).status?.containerStatuses?.[0];
  before(async () => {
    ns = await cluster.namespace();
  });

  it('runs a Deployment on its nodes, whose pods have logs and answer', async () => {
    await ns.apply(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 6
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: c, image: nginx, readinessProbe: { httpGet: { port: 80 } } }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`);
    await ns.waitFor('deployment/web', 'Available');
    const { items } = await ns.client.pods.list({ labelSelector: 'app=web' });
    expect(new Set(items.map(({ spec }) => spec.nodeName)).size).to.equal(3);
    const name = items[0]?.metadata.name ?? '';
    expect(await ns.logs(name)).to.equal('fake container of nginx\n');
    expect(await ns.exec(name, ['echo', 'a', 'b'])).to.deep.equal({ code: 0, stdout: 'a b\n', stderr: '' });
    expect((await ns.exec(name, ['exit', '3'])).code).to.equal(3);
    expect(await ns.fetch(name, '/', { port: 80 })).to.include({ status: 200, body: `${name}\n` });
    await using forwarded = await ns.forward(name, 80);
    expect(await (await fetch(`http://127.0.0.1:${forwarded.port}/`)).text()).to.equal(`${name}\n`);
    await eventually('endpoints', 10_000, async () => {
      const { items: slices } = await ns.client.endpointSlices.list({ labelSelector: 'kubernetes.io/service-name=web' });
      return slices.flatMap(({ endpoints }) => endpoints).length === 6;
    });
  });

  it('lets containers do what their images say', async () => {
    await ns.apply([
      podOf('done', 'fake/exit:0'),
      podOf('crashes', 'fake/crash:20'),
      podOf('unpullable', 'fake/pull-error'),
      podOf('unready', 'fake/not-ready', { readinessProbe: { tcpSocket: { port: 1 }, periodSeconds: 1 } }),
      podOf('mounts', 'nginx', { envFrom: [{ configMapRef: { name: 'missing' } }] }),
    ]);
    const reasons = { crashes: 'CrashLoopBackOff', unpullable: 'ImagePullBackOff', mounts: 'CreateContainerConfigError' };
    for (const [name, reason] of Object.entries(reasons)) {
      await eventually(`${name} waits`, 20_000, async () => {
        const seen = (await statusOf(name))?.state?.waiting?.reason;
        return seen === reason || String(seen);
      });
    }
    expect((await statusOf('unready'))?.state).to.have.property('running');
    expect((await statusOf('unready'))?.ready).to.equal(false);
    await eventually('a container that ended restarts', 10_000, async () => ((await statusOf('done'))?.restartCount ?? 0) > 0);
  });

  it('crashes a container by exec', async () => {
    await ns.apply(podOf('victim', 'nginx'));
    await ns.waitFor('pod/victim', 'Ready');
    await ns.exec('victim', ['kill', '-9', '1']);
    await eventually('restart', 10_000, async () => {
      const status = await statusOf('victim');
      return (status?.restartCount === 1 && status.lastState?.terminated?.exitCode === 137) || JSON.stringify(status);
    });
  });

  it('loses a node that is cut off, and its containers go on once it is healed', async () => {
    await ns.apply(podOf('stays', 'nginx'));
    const { spec, status } = await ns.waitFor<coreV1.Pod>('pod/stays', 'Ready');
    const node = cluster.node(spec.nodeName ?? '');
    await node.partition();
    await node.untilLost();
    await node.heal();
    await node.untilReady();
    const after = await ns.client.pods.list({ fieldSelector: 'metadata.name=stays' });
    for (const pod of after.items) {
      expect(pod.status?.containerStatuses?.[0]?.containerID).to.equal(status?.containerStatuses?.[0]?.containerID);
    }
  });

  it('replaces the pods of a node that is killed, and takes the node back', async () => {
    const node = cluster.node(1);
    await node.kill();
    await node.untilLost();
    await eventually('six pods on the other nodes', 20_000, async () => {
      const { items } = await ns.client.pods.list({ labelSelector: 'app=web' });
      const ready = items.filter(
        (pod) =>
          pod.spec.nodeName !== node.name && pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
      );
      return ready.length === 6 || `${ready.length} of ${items.length}`;
    });
    await node.start();
    await node.untilReady();
  });

  it('keeps its objects over restarts of the control plane', async () => {
    const before = await ns.client.pods.list();
    await cluster.controlPlane.restart();
    await cluster.controlPlane.kill();
    await cluster.controlPlane.start();
    await cluster.node(2).untilReady();
    const after = await ns.client.pods.list();
    expect(after.items.map(({ metadata }) => metadata.uid)).to.include.members(
      before.items.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => metadata.uid),
    );
  });

  it('keeps evidence, without what Secrets hold', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'longshore-evidence-'));
    await using other = await startCluster({ runtime: 'fake', nodes: 1, evidenceDir: dir });
    const space = await other.namespace('evidence');
    await space.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { key: 'do not show' } });
    await space.apply(podOf('p', 'nginx'));
    await space.waitFor('pod/p', 'Ready');
    const folder = await other.collectEvidence('a test: fails', new Error('as it must'));
    expect(folder).to.match(new RegExp(`^${dir}/.*-a-test-fails$`));
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const texts = new Map<string, string>();
    for (const file of files) {
      const path = join(file.parentPath, file.name);
      texts.set(path.slice(folder.length + 1), await readFile(path, 'utf8'));
    }
    expect(texts.get('failure.txt')).to.contain('as it must');
    expect(texts.get('events.txt')).to.match(/Started evidence\/pod\/p/);
    expect(texts.get('pods/evidence/p/c.log')).to.equal('fake container of nginx\n');
    expect(texts.get('objects/evidence/secrets.yaml')).to.contain('<11 bytes>');
    expect(texts.get('objects/cluster/nodes.yaml')).to.contain('node-1');
    expect(texts.get('status.txt')).to.match(/^control-plane pid \d+: ready$/m);
    expect([...texts.keys()]).to.include.members(['logs/control-plane.log', 'logs/fake-nodes.log']);
    expect([...texts.values()].join())
      .to.not.contain('do not show')
      .and.not.contain(Buffer.from('do not show').toString('base64'));
    await rm(dir, { recursive: true });
  });

  it('uses a cluster that is there already, breaks nothing of it and leaves no namespace', async () => {
    const guest = await startCluster({ kubeconfig: cluster.kubeconfig });
    expect(guest.nodes.map(({ name }) => name)).to.deep.equal(['node-1', 'node-2', 'node-3']);
    const space = await guest.namespace();
    await space.apply(podOf('p', 'nginx'));
    await space.waitFor('pod/p', 'Ready');
    await guest.node(1).untilReady();
    const refused = 'only a cluster that the harness started can be broken';
    expect(() => guest.controlPlane).to.throw(refused);
    expect(await guest.node(1).kill().catch(String)).to.contain(refused);
    await guest.stop();
    await ns.client.waitFor(`namespace/${space.name}`, 'deleted');
  });

  it('leaves nothing behind when the test run is killed', async () => {
    const { dir } = await abandonCluster('fake');
    await eventually('processes and folder are gone', 60_000, async () => {
      const processes = await readProcessTable(dir);
      const there = await access(dir).then(
        () => true,
        () => false,
      );
      return (processes.length === 0 && !there) || `${processes.length} processes, folder ${there ? 'there' : 'gone'}`;
    });
  });
});
