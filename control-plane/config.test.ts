import { expect } from 'chai';

import { isError } from '../lib/errors/errors.js';
import { type ControlPlaneConfig, createCommand, type TokenCreateConfig } from './config.js';
import { certificateAddressesOf, clusterSettingsOf, kubeconfigHostOf, nodeGraceMsOf } from './settings.js';

interface Called {
  run?: ControlPlaneConfig;
  create?: TokenCreateConfig;
  list?: { dataDir: string };
  revoke?: [string, { dataDir: string }];
  backup?: [string, { dataDir: string }];
  restore?: [string, { dataDir: string; force: boolean }];
}

/** What a command line leads to. */
async function parse(...args: string[]): Promise<Called> {
  const called: Called = {};
  const command = createCommand({
    run: async (config) => void (called.run = config),
    createToken: async (config) => void (called.create = config),
    listTokens: async (config) => void (called.list = config),
    revokeToken: async (id, config) => void (called.revoke = [id, config]),
    backup: async (file, config) => void (called.backup = [file, config]),
    restore: async (file, config) => void (called.restore = [file, config]),
  });
  for (const each of [command, ...command.commands, ...command.commands.flatMap(({ commands }) => commands)]) {
    each.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  await command.parseAsync(args, { from: 'user' });
  return called;
}

async function configOf(...args: string[]): Promise<ControlPlaneConfig> {
  const { run } = await parse(...args);
  if (!run) throw new Error('run was not called');
  return run;
}

async function problemOf(...args: string[]): Promise<string> {
  try {
    await parse(...args);
    return 'none';
  } catch (thrown) {
    if (isError(thrown, 'InvalidArgument')) return thrown.message;
    return (thrown as Error).message;
  }
}

describe('control-plane command', () => {
  it('runs with defaults that hold together', async () => {
    const config = await configOf();
    expect(config).to.deep.include({
      dataDir: '/var/lib/longshore/control-plane',
      bindAddress: ['127.0.0.1'],
      port: 6443,
      nodePlanePort: 6444,
      healthPort: 10_257,
      clusterCidr: '10.244.0.0/16',
      serviceCidr: '10.96.0.0/16',
      store: 'lmdb',
      heartbeatPeriodMs: 2_000,
      defaultTolerationSeconds: 2,
      tlsSan: [],
      logLevel: 'info',
    });
    expect(nodeGraceMsOf(config)).to.equal(8_000);
  });

  it('takes what is repeated, and what a longer grace period means for the nodes', async () => {
    const config = await configOf(
      ...['--bind-address', '127.0.0.1', '--bind-address', '10.0.0.1', '--advertise-address', '10.0.0.9'],
      ...['--node-monitor-grace-period-ms', '40000', '--default-toleration-seconds', '300'],
      ...['--tls-san', 'api.example.com,192.0.2.7'],
    );
    expect(config.bindAddress).to.deep.equal(['127.0.0.1', '10.0.0.1']);
    expect(config.defaultTolerationSeconds).to.equal(300);
    expect(clusterSettingsOf(config, 'id')).to.include({ clusterId: 'id', leaseDurationSeconds: 40, heartbeatPeriodMs: 2_000 });
    expect(certificateAddressesOf(config)).to.deep.equal({
      ipAddresses: ['127.0.0.1', '10.0.0.1', '10.0.0.9'],
      apiNames: ['api.example.com', '192.0.2.7'],
      serviceAddress: '10.96.0.1',
    });
  });

  it('lets pods go at once from a lost node when it is told so', async () => {
    expect((await configOf('--default-toleration-seconds', '0')).defaultTolerationSeconds).to.equal(0);
  });

  it('reaches an API that listens everywhere by the loopback address', async () => {
    const config = await configOf('--bind-address', '0.0.0.0', '--advertise-address', '10.0.0.9');
    expect(kubeconfigHostOf(config)).to.equal('127.0.0.1');
    expect(certificateAddressesOf(config).ipAddresses).to.deep.equal(['10.0.0.9', '127.0.0.1']);
  });

  const refused: [string, string[], string][] = [
    ['an address that is none', ['--bind-address', 'host'], '--bind-address host is not an IPv4 address'],
    ['a name that is none', ['--tls-san', 'https://api'], '--tls-san https://api is neither a DNS name nor an address'],
    ['to advertise every address', ['--bind-address', '0.0.0.0'], '--advertise-address must be given'],
    ['one port twice', ['--port', '7000', '--node-plane-port', '7000'], 'must differ'],
    ['a prefix with host bits', ['--cluster-cidr', '10.244.0.1/16'], '--cluster-cidr 10.244.0.1/16 is not an IPv4 prefix'],
    ['overlapping prefixes', ['--service-cidr', '10.244.8.0/24', '--cluster-dns', '10.244.8.10'], 'overlap'],
    ['nodes that do not fit the cluster', ['--node-cidr-mask-size', '8'], '--node-cidr-mask-size 8'],
    ['a DNS address outside the services', ['--cluster-dns', '10.97.0.10'], '--cluster-dns 10.97.0.10'],
    ['a domain that is none', ['--cluster-domain', 'Cluster_Local'], 'is not a DNS name'],
    ['heartbeats without a pause', ['--heartbeat-period-ms', '5'], '--heartbeat-period-ms must be 100 to 60000'],
    ['less grace than two heartbeats', ['--node-monitor-grace-period-ms', '3000'], 'must be two heartbeats (4000) or more'],
    ['a store that it does not know', ['--store', 'floppy'], 'Allowed choices are lmdb, memory'],
    ['a port that is none', ['--port', '70000'], 'A port is 0 to 65535'],
  ];
  for (const [what, args, problem] of refused) {
    it(`refuses ${what}`, async () => {
      expect(await problemOf(...args)).to.contain(problem);
    });
  }

  it('tells everything that is wrong at once', async () => {
    const problem = await problemOf('--bind-address', 'host', '--cluster-domain', '-');
    expect(problem).to.contain('--bind-address host').and.to.contain('--cluster-domain -');
  });

  it('reads the token commands', async () => {
    expect((await parse('token', 'create', '--data-dir', '/d')).create).to.deep.equal({
      dataDir: '/d',
      ttlMs: 3_600_000,
      output: 'text',
    });
    expect((await parse('token', 'create', '--data-dir', '/d', '--ttl', '2d', '--uses', '3')).create).to.deep.equal({
      dataDir: '/d',
      ttlMs: 172_800_000,
      uses: 3,
      output: 'text',
    });
    expect((await parse('token', 'list', '--data-dir', '/d')).list).to.deep.equal({ dataDir: '/d', output: 'text' });
    expect((await parse('token', 'revoke', 'abcdef', '--data-dir', '/d')).revoke).to.deep.equal(['abcdef', { dataDir: '/d' }]);
    expect(await problemOf('token', 'create', '--ttl', 'soon')).to.contain('A duration reads');
    expect(await problemOf('token', 'create', '--uses', '0')).to.contain('whole number');
  });
});
