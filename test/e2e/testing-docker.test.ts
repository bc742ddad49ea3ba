import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { readProcessTable } from '../../lib/local-cluster/process-table.js';
import { type coreV1, type TestNamespace, useCluster } from '../../testing/index.js';
import { abandonCluster } from '../support/abandon-cluster.js';
import { ensureTestImage } from '../support/images.js';
import { eventually } from '../support/local-cluster.js';

const run = promisify(execFile);

describe('A Docker cluster of the harness', () => {
  const cluster = useCluster({ nodes: 2 });
  let ns: TestNamespace;
  let image = '';
  const pods: coreV1.Pod[] = [];

  /** Whether a pod's HTTP server answers a pod, or the host when no pod is named. */
  const reaches = async (from: coreV1.Pod | undefined, to: coreV1.Pod): Promise<boolean> => {
    const address = to.status?.podIP ?? '';
    if (from) return (await ns.exec(from.metadata.name, ['nc', '-w', '1', address, '8080', '-e', 'true'])).code === 0;
    return run('curl', ['--silent', '--max-time', '2', `http://${address}:8080/`]).then(
      () => true,
      () => false,
    );
  };
  const containerOf = ({ status }: coreV1.Pod) => status?.containerStatuses?.[0]?.containerID ?? '';

  before(async () => {
    image = await ensureTestImage('busybox');
    ns = await cluster.namespace();
    for (const node of [1, 1, 2]) {
      const name = `p${pods.length}`;
      await ns.apply({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name },
        spec: {
          nodeName: `node-${node}`,
          terminationGracePeriodSeconds: 0,
          tolerations: [{ operator: 'Exists' }],
          containers: [{ name: 'c', image, imagePullPolicy: 'Never', command: ['httpd', '-f', '-p', '8080'] }],
        },
      });
      pods.push(await ns.waitFor<coreV1.Pod>(`pod/${name}`, 'Ready'));
    }
  });

  it('cuts a node off from the control plane and its pods from all others, and joins it again', async () => {
    const [near, twin, far] = pods as [coreV1.Pod, coreV1.Pod, coreV1.Pod];
    expect([await reaches(near, twin), await reaches(far, near), await reaches(undefined, near)]).to.deep.equal([
      true,
      true,
      true,
    ]);
    await cluster.node(1).partition();
    expect(await reaches(far, near)).to.equal(false);
    // From the node itself, as its agent's probes.
    expect(await reaches(undefined, near)).to.equal(true);
    await cluster.node(1).untilLost();
    await cluster.node(1).heal();
    await cluster.node(1).untilReady();
    expect(await reaches(far, near)).to.equal(true);
    expect(containerOf(await ns.get<coreV1.Pod>('pod/p0'))).to.equal(containerOf(near));
  });

  it('freezes a node with its containers, and lets it go on', async () => {
    const [, , far] = pods as [coreV1.Pod, coreV1.Pod, coreV1.Pod];
    await cluster.node(2).pause();
    const id = containerOf(far).replace('docker://', '');
    expect((await run('docker', ['inspect', '--format', '{{.State.Status}}', id])).stdout.trim()).to.equal('paused');
    await cluster.node(2).untilLost();
    await cluster.node(2).resume();
    await cluster.node(2).untilReady();
    expect(await reaches(undefined, far)).to.equal(true);
  });

  it('ends the containers of a node that is killed, and starts them again with it', async () => {
    const [near] = pods as [coreV1.Pod];
    await cluster.node(1).kill();
    const id = containerOf(near).replace('docker://', '');
    expect((await run('docker', ['inspect', '--format', '{{.State.Status}}', id])).stdout.trim()).to.equal('exited');
    await cluster.node(1).start();
    await eventually('the pod runs in a new container', 60_000, async () => {
      const pod = await ns.get<coreV1.Pod>('pod/p0');
      const ready = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
      return (ready && containerOf(pod) !== containerOf(near)) || JSON.stringify(pod.status?.containerStatuses);
    });
  });

  it('leaves nothing behind when the test run is killed', async () => {
    const { dir } = await abandonCluster('docker', image);
    const number = Number(/docker-(\d+)/.exec(dir)?.[1]);
    await eventually('all is gone', 90_000, async () => {
      const processes = await readProcessTable(dir);
      const { stdout: routes } = await run('ip', ['route']);
      const { stdout: tables } = await run('nft', ['list', 'tables']);
      const { stdout: links } = await run('ip', ['-o', 'link']);
      const { stdout: networks } = await run('docker', ['network', 'ls', '--quiet']);
      const { stdout: subnets } = await run('docker', ['network', 'inspect', ...networks.trim().split('\n')]);
      const left = [
        ...processes.map(({ stateDir }) => stateDir),
        ...(routes.includes(`10.${200 + number}.`) ? ['a route'] : []),
        ...(tables.includes(`longshore${200 + number}_`) ? ['a table'] : []),
        ...(links.includes(`longshore${200 + number}:`) ? ['the link'] : []),
        ...(subnets.includes(`"10.${200 + number}.`) ? ['a network'] : []),
        ...(await access(dir).then(
          () => ['the folder'],
          () => [],
        )),
      ];
      return left.length === 0 || left.join(', ');
    });
  });
});
