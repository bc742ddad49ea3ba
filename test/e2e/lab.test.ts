import { expect } from 'chai';

import { eventually } from '../support/local-cluster.js';
import { TestLab } from '../support/lab/lab.js';

describe('The lab', () => {
  const lab = new TestLab({ name: 'test', port: 27_600 });

  before(async () => {
    await lab.up(3);
  });

  after(async () => {
    await lab.down();
  });

  it('shows a control plane and three nodes that are well', async () => {
    const { code, output } = await lab.longshore('status');
    expect(output).to.match(/^control-plane +running +- /m);
    for (const node of ['node-1', 'node-2', 'node-3'])
      expect(output).to.match(new RegExp(`^${node} +running +- +Ready +\\d+\\.\\d+\\.`, 'm'));
    expect(code).to.equal(0);
  });

  it('gives every node an engine, a pod network and routes of its own', async () => {
    const { output } = await lab.longshore(
      'shell',
      'node-1',
      '--',
      'sh',
      '-c',
      'docker ps -q | wc -l; ip route show proto 76 | wc -l',
    );
    expect(output.trim().split('\n')).to.deep.equal(['0', '2']);
  });

  for (const experiment of ['node-dies', 'partition-heals', 'bad-rollout', 'full-node', 'lost-control-plane']) {
    it(`keeps what the experiment ${experiment} promises`, async () => {
      const { code, output } = await lab.experiment(experiment);
      expect(code, output).to.equal(0);
      expect(output).to.contain('everything was as it should be');
      expect((await lab.longshore('status')).output).to.not.match(/pause|kill|partition|slow|loss|disk-full/);
    });
  }

  it('breaks a part in several ways at once, says which, and repairs them all', async () => {
    const brokenOf = async (name: string) => {
      const { code, output } = await lab.longshore('status');
      return { code, broken: new RegExp(`^${name} +\\w+ +(.*?)  `, 'm').exec(output)?.[1] };
    };
    for (const how of ['slow', 'loss', 'disk-full', 'partition', 'partition']) {
      const { code, output } = await lab.longshore('break', 'node-2', '--how', how);
      expect(code, output).to.equal(0);
    }
    expect(await brokenOf('node-2')).to.deep.equal({ code: 1, broken: 'partition, slow, loss, disk-full' });
    for (const how of ['pause', 'kill']) {
      expect((await lab.longshore('break', 'node-2', '--how', how)).code).to.equal(0);
      expect(await brokenOf('node-2')).to.deep.equal({ code: 1, broken: how });
    }
    expect((await lab.longshore('break', 'node-2', '--how', 'loss')).output).to.contain('longshore lab repair node-2');
    for (let round = 0; round < 2; round++) {
      const { code, output } = await lab.longshore('repair', 'node-2');
      expect(code, output).to.equal(0);
    }
    await eventually('the lab is well', 40_000, async () => (await lab.longshore('status')).code === 0);
  });

  it('runs pods on a machine with version 2 of cgroups', async () => {
    const name = `${lab.project}-version-2`;
    // A node whose machine has the version 2 tree alone. Where this host has version 1, that tree has no controllers.
    const script =
      'umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup /sys/fs/cgroup; exec /opt/longshore/lab/image/entry.sh node';
    const unconfined = ['--security-opt=seccomp=unconfined', '--security-opt=apparmor=unconfined'];
    const rights = ['--cap-add=ALL', '--cap-drop=SYS_RESOURCE', '--device-cgroup-rule=a *:* rwm', ...unconfined];
    const settings = ['--env=LONGSHORE_JOIN=https://control-plane:6444', '--env=LONGSHORE_NODE_NAME=node-v2'];
    const place = [`--network=${lab.project}_default`, '--volume=/disks', `--volume=${lab.project}_join:/run/join:ro`];
    const command = ['--entrypoint=sh', lab.image, '-c', script];
    await lab.docker('run', '--detach', `--name=${name}`, ...rights, ...place, ...settings, ...command);
    try {
      await eventually('the node is Ready', 60_000, async () => {
        const nodes = await lab.kubectl('get', 'nodes');
        return /node-v2 +Ready /.test(nodes) || nodes;
      });
      expect(await lab.docker('exec', name, 'docker', 'info', '--format', '{{.CgroupVersion}}')).to.equal('2\n');
      await lab.docker('cp', await lab.savedImage(), `${name}:/image.tar`);
      await lab.docker('exec', name, 'docker', 'load', '-i', '/image.tar');
      await lab.startPod('version-2', 'node-v2');
      await lab.kubectl('delete', 'pod', 'version-2', '--grace-period=1');
    } finally {
      await lab.docker('rm', '--force', '--volumes', name);
      await lab.kubectl('delete', 'node', 'node-v2', '--ignore-not-found');
    }
  });

  it('refuses what makes no sense, with the way out', async () => {
    const cases: [string[], number, RegExp][] = [
      [['break', 'node-9', '--how', 'kill'], 3, /it has control-plane, node-1/],
      [['break', 'control-plane', '--how', 'disk-full'], 2, /say a node/],
      [['load', 'no/such:image'], 3, /docker pull/],
      [['status', '--project', 'longshore-lab-nothing'], 3, /longshore lab up/],
      [['shell', 'node-1', '--', 'sh', '-c', 'exit 7'], 7, /^$/],
    ];
    for (const [args, code, message] of cases) {
      const ended = await lab.longshore(...args);
      expect(ended.code, args.join(' ')).to.equal(code);
      expect(ended.output).to.match(message);
    }
  });

  it('grows, is left alone by a second up, and keeps its nodes, images and pods when everything restarts', async () => {
    expect((await lab.longshore('up', '--nodes', '4')).code).to.equal(0);
    const containers = await lab.containers();
    const again = await lab.longshore('up');
    expect(again.code, again.output).to.equal(0);
    expect(await lab.containers()).to.deep.equal(containers);

    await lab.startPod('sleeper', 'node-3');
    const uidsOf = (kind: string) => lab.kubectl('get', kind, '-o', 'jsonpath={.items[*].metadata.uid}');
    const before = [await uidsOf('nodes'), await uidsOf('pods')];
    await lab.docker('kill', ...containers);
    await lab.docker('start', ...containers.reverse());
    await eventually('the pod runs again', 60_000, async () => {
      const restarts = await lab.kubectl(
        'get',
        'pod',
        'sleeper',
        '-o',
        'jsonpath={.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].ready}',
      );
      return restarts === '1 true' || restarts;
    });
    await eventually('the lab is well', 40_000, async () => (await lab.longshore('status')).code === 0);
    expect([await uidsOf('nodes'), await uidsOf('pods')]).to.deep.equal(before);
    await lab.kubectl('delete', 'pod', 'sleeper', '--grace-period=1');
  });

  it('leaves nothing behind', async () => {
    expect((await lab.longshore('down')).code).to.equal(0);
    expect(await lab.containers()).to.deep.equal([]);
    const traces = [
      ...(await lab.docker('volume', 'ls', '-q')).split('\n'),
      ...(await lab.docker('network', 'ls', '--format', '{{.Name}}')).split('\n'),
    ];
    expect(traces.filter((name) => name.startsWith(lab.project))).to.deep.equal([]);
    expect((await lab.longshore('down')).code).to.equal(0);
  });
});
