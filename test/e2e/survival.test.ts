import { expect } from 'chai';

import { systemClock } from '../../lib/clock/clock.js';
import type { Node, Pod } from '../../lib/kubernetes/types/core-v1.js';
import { makeVisitors, makeWeb } from '../support/apps.js';
import { fetchOnce, HttpLoad, type LoadResult } from '../support/http-load.js';
import { type ClusterUser, useClusterUser } from '../support/cluster-user.js';
import { eventually } from '../support/local-cluster.js';

interface VisitorScore {
  sent: number;
  failures: string[];
}

/** Container ids and restart counts of all pods, to see that nothing was restarted. */
async function readContainers(cluster: ClusterUser, selector: string): Promise<Map<string, string>> {
  const { items } = await cluster.getJson<{ items: Pod[] }>('pods', '-l', selector);
  return new Map(
    items.map((pod) => [
      pod.metadata.name,
      (pod.status?.containerStatuses ?? []).map(({ containerID, restartCount }) => `${containerID ?? ''} ${restartCount}`).join(),
    ]),
  );
}

function describeFailures({ failures }: LoadResult): string {
  return failures
    .slice(0, 5)
    .map(({ atMs, message }) => `${new Date(atMs).toISOString()} ${message}`)
    .join('; ');
}

describe('A three-node cluster', function () {
  const cluster = useClusterUser({ nodes: 3 });
  let nodes: Node[] = [];
  let urls: string[] = [];

  const pods = async (selector: string): Promise<Pod[]> =>
    (await cluster.getJson<{ items: Pod[] }>('pods', '-l', selector)).items;
  const visitorScores = async (): Promise<VisitorScore[]> =>
    Promise.all(
      (await pods('app=visitor')).map(
        async ({ status }) => JSON.parse(await fetchOnce(`http://${status?.podIP ?? ''}:8081/`)) as VisitorScore,
      ),
    );

  /** Runs `disturb` under load from outside and from inside the cluster, and finds that no request was lost. */
  const underLoad = async (disturb: () => Promise<void>): Promise<LoadResult> => {
    const before = await visitorScores();
    const load = new HttpLoad({ urls, perSecond: 40 });
    await systemClock.sleep(1_000);
    await disturb();
    await systemClock.sleep(2_000);
    const result = await load.stop();
    expect(result.failures, `${result.failures.length} of ${result.sent} lost: ${describeFailures(result)}`).to.be.empty;
    expect(result.sent).to.be.greaterThan(100);
    for (const [index, after] of (await visitorScores()).entries()) {
      expect(after.failures, `visitor ${index} lost requests`).to.deep.equal(before[index]?.failures);
      expect(after.sent).to.be.greaterThan(before[index]?.sent ?? 0);
    }
    return result;
  };

  before(async () => {
    nodes = (await cluster.getJson<{ items: Node[] }>('nodes')).items;
    await cluster.apply(...makeWeb({ name: 'web', replicas: 3, nodePort: 30081 }), makeVisitors('visitor', 3, 'http://web/'));
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await cluster.kubectl('rollout', 'status', 'deployment/visitor', '--timeout=60s');
    const { spec } = await cluster.getJson<{ spec: { clusterIP: string } }>('service', 'web');
    const nodeAddresses = nodes.map((node) => node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '');
    urls = [`http://${spec.clusterIP}/`, ...nodeAddresses.map((address) => `http://${address}:30081/`)];
  });

  it('spreads the pods of a deployment over the nodes', async () => {
    expect(new Set((await pods('app=web')).map(({ spec }) => spec.nodeName)).size).to.equal(3);
  });

  it('lets every pod reach every pod and every service by its address and by its name', async () => {
    const web = await pods('app=web');
    for (const visitor of await pods('app=visitor')) {
      const ask = (url: string): Promise<string> =>
        fetchOnce(`http://${visitor.status?.podIP ?? ''}:8081/?url=${encodeURIComponent(url)}`);
      for (const { metadata, status } of web) {
        expect(await ask(`http://${status?.podIP ?? ''}:8080/`), `${visitor.spec.nodeName ?? ''} to ${metadata.name}`).to.equal(
          metadata.name,
        );
      }
      const names = web.map(({ metadata }) => metadata.name);
      for (const url of [...urls, 'http://web/', 'http://web.default/', 'http://web.default.svc.cluster.local/']) {
        expect(names, url).to.include(await ask(url));
      }
    }
  });

  it('serves a service from all of its pods, from outside and through every node', async () => {
    const load = new HttpLoad({ urls, perSecond: 50 });
    await systemClock.sleep(3_000);
    const { answers, failures } = await load.stop();
    expect(failures).to.be.empty;
    expect(answers.size).to.equal(3);
  });

  it('loses no request in a rolling update', async () => {
    const before = (await pods('app=web')).map(({ metadata }) => metadata.name);
    await underLoad(async () => {
      await cluster.apply(...makeWeb({ name: 'web', replicas: 3, version: '2', nodePort: 30081 }));
      await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=90s');
    });
    await eventually('old pods gone', 30_000, async () => (await pods('app=web')).length === 3);
    for (const { metadata } of await pods('app=web')) expect(before).not.to.include(metadata.name);
  });

  const failures: Record<string, { kill: () => Promise<void>; start: () => Promise<void> }> = {
    'the control plane': {
      kill: () => cluster.cluster.controlPlane.kill(),
      start: () => cluster.cluster.controlPlane.start(),
    },
    'a kubelet agent': {
      kill: () => cluster.cluster.node(1).killKubeletAgent(),
      start: () => cluster.cluster.node(1).start(),
    },
    'a kube-proxy': {
      kill: () => cluster.cluster.node(2).killKubeProxy(),
      start: () => cluster.cluster.node(2).start(),
    },
  };
  for (const [name, { kill, start }] of Object.entries(failures)) {
    it(`loses no request and restarts no container when ${name} is killed and comes back`, async () => {
      const before = await readContainers(cluster, 'app in (web,visitor)');
      await underLoad(async () => {
        await kill();
        await systemClock.sleep(4_000);
        await start();
        await Promise.all(cluster.cluster.nodes.map((node) => node.untilReady({ timeoutMs: 20_000 })));
        await systemClock.sleep(2_000);
      });
      expect(await readContainers(cluster, 'app in (web,visitor)')).to.deep.equal(before);
      await cluster.apply(...makeWeb({ name: 'probe', replicas: 3 }));
      await cluster.kubectl('rollout', 'status', 'deployment/probe', '--timeout=60s');
      await cluster.kubectl('delete', 'deployment/probe', 'service/probe', '--timeout=60s');
    });
  }

  it('runs the pods of a dead node elsewhere, Ready, within 15 s', async () => {
    const lost = (await pods('app=web')).filter(({ spec }) => spec.nodeName === 'node-3').map(({ metadata }) => metadata.name);
    expect(lost).not.to.be.empty;
    const killedMs = systemClock.monotonic();
    await cluster.cluster.node(3).killKubeletAgent();
    await eventually('three Ready pods on the living nodes', 15_000, async () => {
      const living = (await pods('app=web')).filter(
        ({ metadata, spec, status }) =>
          !metadata.deletionTimestamp &&
          spec.nodeName !== 'node-3' &&
          status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
      );
      return living.length === 3 || `${living.length} Ready`;
    });
    console.log(`        replaced after ${((systemClock.monotonic() - killedMs) / 1000).toFixed(1)} s`);
    expect(await cluster.kubectl('get', 'node', 'node-3')).to.contain('NotReady');
  });

  it('takes the node back and removes the surplus', async () => {
    await cluster.cluster.node(3).start();
    await cluster.cluster.node(3).untilReady();
    await eventually('node-3 Ready, three pods each', 30_000, async () => {
      const [web, visitor] = [await pods('app=web'), await pods('app=visitor')];
      return (web.length === 3 && visitor.length === 3) || `${web.length} web, ${visitor.length} visitors`;
    });
    expect(await cluster.kubectl('get', 'node', 'node-3')).to.match(/\bReady\b/);
  });
});
