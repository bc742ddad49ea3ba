import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect } from 'chai';

import {
  agentTargetName,
  kubeletAgentUnitName,
  kubeProxyUnitName,
  renderAgentTarget,
  renderKubeletAgentUnit,
  renderKubeProxyUnit,
} from './agent-units.js';
import { controlPlaneUnitName, renderControlPlaneUnit } from './control-plane-unit.js';
import { execStart, type UnitFacts } from './unit-facts.js';

const run = promisify(execFile);
const facts: UnitFacts = { node: '/usr/bin/node', longshore: '/usr/lib/node_modules/longshore/bin/longshore.js', inHome: false };
const agent = {
  configFile: '/etc/longshore/agent.yaml',
  stateDir: '/var/lib/longshore/agent',
  tokenFile: '/etc/longshore/join-token',
  nodeFlags: [],
};
const rendered = {
  [controlPlaneUnitName]: renderControlPlaneUnit(facts, {
    configFile: '/etc/longshore/control-plane.yaml',
    dataDir: '/var/lib/longshore/control-plane',
  }),
  [agentTargetName]: renderAgentTarget(),
  [kubeletAgentUnitName]: renderKubeletAgentUnit(facts, agent),
  [kubeProxyUnitName]: renderKubeProxyUnit(facts, { ...agent, nodeFlags: ['--max-semi-space-size=1'] }),
};

describe('unit files', () => {
  for (const [name, text] of Object.entries(rendered)) {
    it(`${name} reads as the golden file`, async () => {
      const golden = new URL(`./golden/${name}`, import.meta.url);
      if (process.env.GOLDEN_UPDATE) await writeFile(golden, text);
      expect(text).to.equal(await readFile(golden, 'utf8'));
    });
  }

  it('are understood by systemd', async function () {
    this.timeout(20_000);
    const analyze = await run('systemd-analyze', ['--version']).catch(() => undefined);
    if (!analyze) this.skip();
    const folder = await mkdtemp(join(tmpdir(), 'longshore-units-'));
    // Programs that exist wherever this test runs: systemd looks for them.
    const text = (unit: string): string => unit.replaceAll(facts.node, process.execPath);
    await Promise.all(Object.entries(rendered).map(([name, unit]) => writeFile(join(folder, name), text(unit))));
    try {
      const { stderr } = await run('systemd-analyze', [
        'verify',
        '--man=no',
        ...Object.keys(rendered).map((name) => join(folder, name)),
      ]);
      expect(stderr.split('\n').filter((line) => line.includes('longshore'))).to.deep.equal([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('leave home directories readable when the program lies in one', () => {
    const unit = renderControlPlaneUnit({ ...facts, inHome: true }, { configFile: '/c', dataDir: '/srv/longshore' });
    expect(unit)
      .to.contain('ProtectHome=read-only')
      .and.to.contain('ReadWritePaths=/srv/longshore')
      .and.not.to.contain('StateDirectory');
  });

  it('keep the kubelet agent in the mount namespace of the machine', () => {
    const unit = renderKubeletAgentUnit(facts, agent);
    for (const option of [
      'ProtectSystem',
      'ProtectHome',
      'PrivateTmp',
      'PrivateDevices',
      'ProtectKernel',
      'ReadWritePaths',
      'StateDirectory',
    ])
      expect(unit).not.to.contain(option);
  });
});

describe('execStart', () => {
  it('keeps words together and lets systemd expand nothing', () => {
    expect(execStart(['/opt/a b/node', '--x=100%', '$HOME', 'say "hi"'])).to.equal(
      '"/opt/a b/node" --x=100%% $$HOME "say \\"hi\\""',
    );
  });
});
