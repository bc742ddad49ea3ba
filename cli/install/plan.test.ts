import { expect } from 'chai';

import { type AgentConfig, agentSettings, checkAgent } from '../../lib/configuration/agent-configuration.js';
import { checkControlPlane } from '../../lib/configuration/check-control-plane.js';
import { parseConfigurationFile } from '../../lib/configuration/configuration-file.js';
import { type ControlPlaneConfig, controlPlaneSettings } from '../../lib/configuration/control-plane-settings.js';
import { resolveConfiguration } from '../../lib/configuration/resolve-configuration.js';
import { computeAgentPlan } from './agent-plan.js';
import { type Plan, renderPlan } from './plan.js';
import { computeServerPlan } from './server-plan.js';

const facts = { node: '/usr/bin/node', longshore: '/usr/lib/node_modules/longshore/bin/longshore.js', inHome: false };
const token = `abcdef.0123456789abcdef.${'0'.repeat(64)}`;

function agentPlan(flags: Record<string, string>, file?: string): Plan {
  const settings = agentSettings();
  const kind = 'AgentConfiguration';
  const sources = { settings, flags: new Map(Object.entries(flags)), environment: {} };
  const parsed = file === undefined ? undefined : parseConfigurationFile(file, { file: 'agent.yaml', kind, settings });
  return computeAgentPlan(
    facts,
    kind,
    resolveConfiguration<AgentConfig>({ ...sources, ...(parsed && { file: parsed }) }, checkAgent),
  );
}

function serverPlan(flags: Record<string, string>): Plan {
  const settings = controlPlaneSettings();
  const sources = { settings, flags: new Map(Object.entries(flags)), environment: {} };
  return computeServerPlan(
    facts,
    'ControlPlaneConfiguration',
    resolveConfiguration<ControlPlaneConfig>(sources, checkControlPlane),
  );
}

function fileOf({ steps }: Plan, path: string): { mode: number; content: string } | undefined {
  const found = steps.find((step) => step.kind === 'file' && step.path === path);
  return found?.kind === 'file' ? found : undefined;
}

describe('the plan of an agent', () => {
  it('keeps the token in a file of its own that only root reads, and shows it nowhere', () => {
    const plan = agentPlan({ join: 'https://cp:6444', token });
    expect(fileOf(plan, '/etc/longshore/join-token')).to.deep.include({ mode: 0o600, content: `${token}\n` });
    expect(fileOf(plan, '/etc/longshore/agent.yaml')?.content).to.equal(
      'apiVersion: longshore.dev/v1\nkind: AgentConfiguration\njoin: https://cp:6444\n',
    );
    expect(renderPlan(plan)).not.to.contain(token);
    expect(plan.byHand).to.deep.equal([
      'longshore agent --config /etc/longshore/agent.yaml --token-file /etc/longshore/join-token',
    ]);
  });

  it('leaves a token file of the administrator to the configuration', () => {
    const plan = agentPlan({ join: 'cp', tokenFile: '/root/token' });
    expect(fileOf(plan, '/etc/longshore/agent.yaml')?.content).to.contain('tokenFile: /root/token');
    expect(renderPlan(plan)).not.to.contain('--token-file');
  });

  it('writes what it reads again without a change', () => {
    const first = agentPlan({ join: 'cp', token, nodeLabels: 'zone=a,disk=ssd', registerWithTaints: 'a=b:NoSchedule' });
    const written = fileOf(first, '/etc/longshore/agent.yaml')?.content ?? '';
    expect(fileOf(agentPlan({}, written), '/etc/longshore/agent.yaml')?.content).to.equal(written);
  });

  it('makes two services, and restarts each by its own file or the configuration', () => {
    const services = agentPlan({ join: 'cp' }).steps.flatMap((step) => (step.kind === 'service' ? [step] : []));
    expect(services.map(({ unit }) => unit)).to.deep.equal([
      'longshore-kubelet-agent.service',
      'longshore-kube-proxy.service',
      'longshore-agent.target',
    ]);
    expect(services[1]?.files).to.deep.equal(['/etc/systemd/system/longshore-kube-proxy.service', '/etc/longshore/agent.yaml']);
  });

  it('carries a folder of the administrator into the units', () => {
    const plan = agentPlan({ join: 'cp', stateDir: '/srv/longshore' });
    expect(fileOf(plan, '/etc/systemd/system/longshore-kube-proxy.service')?.content).to.contain(
      'ReadWritePaths=/srv/longshore/kube-proxy',
    );
    expect(plan.steps).to.deep.include({ kind: 'directory', path: '/srv/longshore/kubelet', mode: 0o700 });
  });
});

describe('the plan of a control plane', () => {
  it('says what was said and nothing else, for a user of its own', () => {
    const plan = serverPlan({ clusterCidr: '10.60.0.0/16', bindAddress: '10.0.0.1,127.0.0.1' });
    expect(fileOf(plan, '/etc/longshore/control-plane.yaml')?.content).to.equal(
      'apiVersion: longshore.dev/v1\nkind: ControlPlaneConfiguration\nbindAddress: [ 10.0.0.1, 127.0.0.1 ]\nclusterCidr: 10.60.0.0/16\n',
    );
    expect(renderPlan(plan).split('\n')[0]).to.equal(
      '$ useradd --system --user-group --no-create-home --home-dir /var/lib/longshore/control-plane --shell /usr/sbin/nologin longshore',
    );
    expect(renderPlan(plan)).to.contain('$ install -d -m 0700 -o longshore -g longshore /var/lib/longshore/control-plane');
  });
});
