import { expect } from 'chai';

import { systemClock } from '../../lib/clock/clock.js';
import type { Node, Pod } from '../../lib/kubernetes/types/core-v1.js';
import { makeWeb } from '../support/apps.js';
import { HttpLoad } from '../support/http-load.js';
import { InstalledPackage } from '../support/installed-package.js';
import { eventually, LocalCluster } from '../support/local-cluster.js';

describe('An upgrade in place', function () {
  let installed: InstalledPackage;
  let cluster: LocalCluster;

  const containers = async (): Promise<string[]> =>
    (await cluster.getJson<{ items: Pod[] }>('pods')).items.flatMap(({ metadata, status }) =>
      (status?.containerStatuses ?? []).map((one) => `${metadata.name} ${one.containerID ?? ''} ${one.restartCount}`),
    );
  const versions = async (): Promise<(string | undefined)[]> =>
    (await cluster.getJson<{ items: Node[] }>('nodes')).items.map(({ status }) => status?.nodeInfo?.kubeletVersion);
  /** The process ends as systemctl restart would end it, and the next one is of the package that is installed now. */
  const restart = async (name: string): Promise<void> => {
    const before = await cluster.pidOf(name);
    await cluster.kill(name, 'SIGTERM');
    await eventually(`${name} ended`, 15_000, async () => (await cluster.pidOf(name).catch(() => 0)) !== before);
    await cluster.up();
    expect(await cluster.pidOf(name)).not.to.equal(before);
  };

  before(async () => {
    installed = await InstalledPackage.pack();
    await installed.install();
    cluster = new LocalCluster({ name: 'upgrade', net: 33, nodes: 2, command: installed.command });
    await cluster.down();
    await cluster.up();
    await cluster.apply(...makeWeb({ name: 'web', replicas: 2, nodePort: 31_133 }));
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
  });
  after(async () => {
    await cluster.down();
    await installed.remove();
  });

  it('restarts no container and loses no request, control plane first and then agent by agent', async () => {
    const before = await containers();
    expect(before).to.have.length(2);
    const { items: nodes } = await cluster.getJson<{ items: Node[] }>('nodes');
    const load = new HttpLoad({
      urls: nodes.map(({ status }) => `http://${status?.addresses?.[0]?.address ?? ''}:31133/`),
      perSecond: 40,
    });
    await installed.install('0.2.0');
    await restart('control-plane');
    const old = await versions();
    for (const node of ['node-1', 'node-2']) {
      await restart(`kubelet-agent-${node}`);
      await restart(`kube-proxy-${node}`);
    }
    await systemClock.sleep(1_000);
    const { sent, failures } = await load.stop();

    expect(failures, `${failures.length} of ${sent} requests lost`).to.be.empty;
    expect(await containers()).to.deep.equal(before);
    // With the old agents the new control plane was content: they are one minor version behind.
    for (const version of old) expect(version).not.to.contain('0.2.0');
    for (const version of await versions()) expect(version).to.match(/^v1\.\d+\.\d+\+longshore\.0\.2\.0$/);
    expect(await cluster.kubectl('get', 'events', '--field-selector', 'reason=VersionSkew')).to.equal('');
    await cluster.apply(...makeWeb({ name: 'afterwards', replicas: 2 }));
    await cluster.kubectl('rollout', 'status', 'deployment/afterwards', '--timeout=60s');
  });
});
