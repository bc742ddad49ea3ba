import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { eventually, LocalCluster } from '../support/local-cluster.js';

const run = promisify(execFile);

/** What this host holds that a cluster could have left behind. */
async function readTraces(): Promise<string[]> {
  const commands: [string, string[]][] = [
    ['docker', ['ps', '-aq', '--no-trunc']],
    ['docker', ['network', 'ls', '-q', '--no-trunc']],
    ['ip', ['-o', 'address']],
    ['ip', ['route']],
    ['nft', ['list', 'tables']],
    ['iptables-save', ['-t', 'filter']],
    ['findmnt', ['-rno', 'TARGET']],
  ];
  const outputs = await Promise.all(commands.map(async ([file, args]) => (await run(file, args)).stdout));
  // Counters, lifetimes and the time of iptables-save differ from one moment to the next.
  return outputs
    .join('\n')
    .replace(/\[\d+:\d+\]|valid_lft \w+|preferred_lft \w+/g, '')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .sort();
}

describe('longshore quickstart', () => {
  const cluster = new LocalCluster({ name: 'quickstart', net: 2 });
  let tracesBefore: string[];

  before(async () => {
    await cluster.down();
    tracesBefore = await readTraces();
  });

  after(async () => {
    await cluster.down();
  });

  it('serves the guestbook from three nodes and reads back what it wrote', async () => {
    const output = await cluster.quickstart();
    expect(output).to.match(/guestbook\s+http:\/\/10\.102\.\d+\.1:30080/);
    expect(output).to.contain(`export KUBECONFIG=${cluster.layout.kubeconfig}`);
    for (const node of ['node-1', 'node-2', 'node-3']) expect(output).to.contain(node);
  });

  it('starts seven processes', async () => {
    const status = await cluster.status();
    expect(status.match(/^(control-plane|kubelet-agent-\S+|kube-proxy-\S+)\s+\d+\s.*\bok$/gm)).to.have.length(7);
  });

  it('changes nothing when it is run again', async () => {
    const pods = await cluster.kubectl(
      'get',
      'pods',
      '-n',
      'guestbook',
      '-o',
      'jsonpath={.items[*].status.containerStatuses[*].containerID}',
    );
    await cluster.quickstart();
    expect(
      await cluster.kubectl(
        'get',
        'pods',
        '-n',
        'guestbook',
        '-o',
        'jsonpath={.items[*].status.containerStatuses[*].containerID}',
      ),
    ).to.equal(pods);
  });

  it('calls the node plane by reflection', async () => {
    expect(await cluster.longshore('debug', 'grpc', 'list')).to.contain('longshore.node.v1.NodeService');
    expect(await cluster.longshore('debug', 'grpc', 'describe', 'longshore.node.v1.NodeService')).to.contain(
      'rpc WatchAssignments',
    );
    expect(await cluster.longshore('debug', 'grpc', 'call', 'grpc.health.v1.Health/Check', '{}')).to.contain('SERVING');
  });

  it('leaves no container, network, address, rule or mount when everything is deleted', async () => {
    await cluster.kubectl('delete', 'namespace', 'guestbook', '--timeout=60s');
    await eventually('no container of the deleted namespace', 10_000, async () => {
      const { stdout } = await run('docker', ['ps', '-aq', '--filter', 'label=longshore.dev/pod-namespace=guestbook']);
      return stdout.trim() === '';
    });
    await cluster.down();
    expect(await readTraces()).to.deep.equal(tracesBefore);
  });
});
