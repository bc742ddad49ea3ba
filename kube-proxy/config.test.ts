import { expect } from 'chai';

import { createCommand, type CleanupConfig, type KubeProxyConfig } from './config.js';

describe('kube-proxy command line', () => {
  let run: KubeProxyConfig | undefined;
  let cleaned: CleanupConfig | undefined;

  async function parse(...args: string[]): Promise<void> {
    run = cleaned = undefined;
    const command = createCommand({
      run: async (config) => void (run = config),
      cleanup: async (config) => void (cleaned = config),
    });
    for (const each of [command, ...command.commands]) each.exitOverride().configureOutput({ writeErr: () => undefined });
    await command.parseAsync(args, { from: 'user' });
  }

  it('reads every flag', async () => {
    await parse(
      '--node-name',
      'n1',
      '--server',
      '127.0.0.1:6444',
      '--token-file',
      '/t',
      '--state-dir',
      '/s',
      '--shared-host',
      '--health-port',
      '0',
    );
    expect(run).to.deep.equal({
      nodeName: 'n1',
      server: '127.0.0.1:6444',
      tokenFile: '/t',
      stateDir: '/s',
      sharedHost: true,
      healthPort: 0,
      logLevel: 'info',
    });
  });

  it('reads the environment, behind the flags', async () => {
    process.env.LONGSHORE_SERVER = 'other:6444';
    process.env.LONGSHORE_NODE_NAME = 'from-environment';
    try {
      await parse('--node-name', 'n1');
    } finally {
      delete process.env.LONGSHORE_SERVER;
      delete process.env.LONGSHORE_NODE_NAME;
    }
    expect(run).to.include({ server: 'other:6444', nodeName: 'n1' });
  });

  it('cleans up without a server', async () => {
    await parse('cleanup', '--node-name', 'n1', '--state-dir', '/s');
    expect(cleaned).to.include({ nodeName: 'n1', stateDir: '/s', sharedHost: false });
  });

  it('refuses to run without a server, and a port that is none', async () => {
    expect(await parse('--node-name', 'n1').catch((thrown: unknown) => String(thrown))).to.include('--server');
    expect(await parse('--server', 's:1', '--health-port', '70000').catch((thrown: unknown) => String(thrown))).to.include(
      '65535',
    );
  });
});
