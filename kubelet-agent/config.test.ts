import { expect } from 'chai';

import { type CleanupConfig, createCommand, type FakeNodesConfig, type KubeletAgentConfig } from './config.js';

interface Seen {
  run?: KubeletAgentConfig;
  runFake?: FakeNodesConfig;
  cleanup?: CleanupConfig;
}

describe('createCommand', () => {
  async function parse(...args: string[]): Promise<Seen> {
    const seen: Seen = {};
    const command = createCommand({
      run: (config) => Promise.resolve(void (seen.run = config)),
      runFake: (config) => Promise.resolve(void (seen.runFake = config)),
      cleanup: (config) => Promise.resolve(void (seen.cleanup = config)),
    });
    for (const each of [command, ...command.commands]) each.exitOverride().configureOutput({ writeErr: () => undefined });
    await command.parseAsync(args, { from: 'user' });
    return seen;
  }
  const required = ['--server', '10.0.0.1:6444'];

  it('reads everything that an agent needs', async () => {
    const { run } = await parse(
      ...required,
      ...['--node-name', 'n1', '--shared-host', '--capacity', 'cpu=500m,memory=4Gi,pods=10'],
      ...['--node-labels', 'zone=a,disk=ssd', '--register-with-taints', 'gpu=yes:NoSchedule,old:NoExecute'],
    );
    expect(run).to.deep.include({
      nodeName: 'n1',
      server: '10.0.0.1:6444',
      sharedHost: true,
      capacity: { cpuMillis: 500, memoryBytes: 4 * 2 ** 30, pods: 10 },
      nodeLabels: { zone: 'a', disk: 'ssd' },
      registerWithTaints: [
        { key: 'gpu', value: 'yes', effect: 'NoSchedule' },
        { key: 'old', value: '', effect: 'NoExecute' },
      ],
      healthPort: 10_248,
      logLevel: 'info',
    });
  });

  for (const wrong of [
    ['--capacity', 'gpu=1'],
    ['--capacity', 'cpu=many'],
    ['--register-with-taints', 'a=b:Later'],
    ['--node-labels', 'a'],
    ['--health-port', '70000'],
  ]) {
    it(`refuses ${wrong.join(' ')}`, async () => {
      const thrown = await parse(...required, ...wrong).catch((error: unknown) => error);
      expect(thrown).to.be.instanceOf(Error);
    });
  }

  it('has a cleanup command', async () => {
    const { cleanup } = await parse('cleanup', '--node-name', 'n1', '--cluster-id', 'c', '--state-dir', '/s');
    expect(cleanup).to.include({ nodeName: 'n1', clusterId: 'c', stateDir: '/s', keepIdentity: false });
  });

  it('reads what fake nodes need', async () => {
    const { runFake } = await parse('run-fake', '--nodes', '3', '--state-dir', '/s', '--server', '127.0.0.1:1');
    expect(runFake).to.include({
      nodes: 3,
      stateDir: '/s',
      server: '127.0.0.1:1',
    });
  });
});
