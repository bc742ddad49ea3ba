import { expect } from 'chai';

import { LongshoreError } from '../errors/errors.js';
import { type AgentConfig, agentSettings, checkAgent } from './agent-configuration.js';
import { checkControlPlane } from './check-control-plane.js';
import { parseConfigurationFile } from './configuration-file.js';
import { type ControlPlaneConfig, controlPlaneSettings } from './control-plane-settings.js';
import { renderConfiguration, renderFlags } from './render-configuration.js';
import { type Resolution, resolveConfiguration } from './resolve-configuration.js';

interface Given {
  flags?: Record<string, string>;
  environment?: Record<string, string>;
  file?: string;
}

function resolveControlPlane({ flags = {}, environment = {}, file }: Given): Resolution<ControlPlaneConfig> {
  const settings = controlPlaneSettings();
  const header = 'apiVersion: longshore.dev/v1\nkind: ControlPlaneConfiguration\n';
  const parsed =
    file === undefined
      ? undefined
      : parseConfigurationFile(header + file, { file: 'cp.yaml', kind: 'ControlPlaneConfiguration', settings });
  const sources = { settings, flags: new Map(Object.entries(flags)), environment, ...(parsed && { file: parsed }) };
  return resolveConfiguration(sources, checkControlPlane);
}

function resolveAgent({ flags = {}, environment = {}, file }: Given): Resolution<AgentConfig> {
  const settings = agentSettings();
  const header = 'apiVersion: longshore.dev/v1\nkind: AgentConfiguration\n';
  const parsed =
    file === undefined
      ? undefined
      : parseConfigurationFile(header + file, { file: 'agent.yaml', kind: 'AgentConfiguration', settings });
  const sources = { settings, flags: new Map(Object.entries(flags)), environment, ...(parsed && { file: parsed }) };
  return resolveConfiguration<AgentConfig>(sources, checkAgent);
}

function problemsOf(resolve: () => unknown): string[] {
  try {
    resolve();
  } catch (thrown) {
    expect(thrown).to.be.instanceOf(LongshoreError);
    const { code, message } = thrown as LongshoreError;
    expect(code).to.equal('InvalidArgument');
    return message.replace(/^the configuration is wrong:\s+/, '').split(/\n +/);
  }
  throw new Error('nothing was refused');
}

describe('resolveConfiguration', () => {
  it('takes the flag before the variable, before the file, before the default', () => {
    const file = 'port: 1003\nnodePlanePort: 1013\nhealthPort: 1023';
    const { config } = resolveControlPlane({
      flags: { port: '1001' },
      environment: { LONGSHORE_PORT: '1002', LONGSHORE_NODE_PLANE_PORT: '1012', LONGSHORE_LOG_LEVEL: '' },
      file,
    });
    expect(config).to.include({ port: 1001, nodePlanePort: 1012, healthPort: 1023, logLevel: 'info' });
  });

  it('reads lists, maps and single values of a file', () => {
    expect(resolveControlPlane({ file: 'bindAddress: [10.0.0.1, 127.0.0.1]' }).config.bindAddress).to.deep.equal([
      '10.0.0.1',
      '127.0.0.1',
    ]);
    const file =
      'join: https://cp\nnodeLabels: {zone: a, disk: ssd}\ncapacity:\n  cpu: 2\n  memory: 4Gi\nregisterWithTaints: [gpu=yes:NoSchedule]';
    expect(resolveAgent({ file }).config).to.deep.include({
      join: 'cp:6444',
      nodeLabels: { zone: 'a', disk: 'ssd' },
      capacity: { cpuMillis: 2_000, memoryBytes: 4 * 2 ** 30 },
      registerWithTaints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }],
    });
  });

  it('names everything that is wrong at once, in the order of the lines', () => {
    const file =
      'clusterCird: 10.1.0.0/16\nport: many\nstore: floppy\nbind-address: [10.0.0.1]\nhealthPort:\nbindAddress: {a: b}';
    expect(problemsOf(() => resolveControlPlane({ file, environment: { LONGSHORE_CLUSTER_DNS: '10.96.0.10' } }))).to.deep.equal([
      'cp.yaml:3:1: there is no setting clusterCird: did you mean clusterCidr?',
      'cp.yaml:4:7: port many is not valid: A port is 0 to 65535.',
      'cp.yaml:5:8: store floppy is not valid: Allowed choices are lmdb, memory.',
      'cp.yaml:6:1: there is no setting bind-address: did you mean bindAddress?',
      'cp.yaml:7:12: healthPort has no value: give one, or remove the line',
      'cp.yaml:8:14: bindAddress must be a list: bindAddress: [a, b]',
    ]);
  });

  it('says where a value comes from that does not fit the others', () => {
    const given = {
      file: 'clusterCidr: 10.1.0.1/16',
      environment: { LONGSHORE_CLUSTER_DOMAIN: '-' },
      flags: { heartbeatPeriodMs: '5' },
    };
    expect(problemsOf(() => resolveControlPlane(given))).to.deep.equal([
      '--heartbeat-period-ms must be 100 to 60000, not 5',
      'cp.yaml:3:14: clusterCidr 10.1.0.1/16 is not an IPv4 prefix such as 10.244.0.0/16',
      'LONGSHORE_CLUSTER_DOMAIN - is not a DNS name such as cluster.local',
    ]);
  });

  it('refuses a file of another kind, without a header, or that is no YAML', () => {
    const settings = agentSettings();
    const problems = (text: string) => parseConfigurationFile(text, { file: 'f', kind: 'AgentConfiguration', settings }).problems;
    expect(problems('join: cp')).to.deep.equal([
      'f:1:1: apiVersion is missing: add apiVersion: longshore.dev/v1',
      'f:1:1: kind is missing: add kind: AgentConfiguration',
    ]);
    expect(problems('apiVersion: longshore.dev/v1\nkind: Pod')).to.deep.equal([
      'f:2:7: kind is Pod, and must be AgentConfiguration',
    ]);
    expect(problems('- a')).to.deep.equal([
      'f:1:1: must hold settings: begin with apiVersion: longshore.dev/v1 and kind: AgentConfiguration',
    ]);
    expect(problems('a: [')[0]).to.match(/^f:1:\d+: /);
    expect(problems('apiVersion: longshore.dev/v1\nkind: AgentConfiguration\njoin: a\njoin: b')[0]).to.match(/^f:4:1: .*unique/);
  });

  it('never shows a secret, also when it is wrong', () => {
    const [problem = ''] = problemsOf(() => resolveAgent({ flags: { join: 'cp', token: 'hunter2' } }));
    expect(problem)
      .to.match(/^--token is no join token/)
      .and.not.include('hunter2');
    const token = `abcdef.0123456789abcdef.${'0'.repeat(64)}`;
    const { resolved } = resolveAgent({ flags: { join: 'cp' }, environment: { LONGSHORE_TOKEN: token } });
    expect(renderConfiguration('AgentConfiguration', resolved))
      .to.include('token is not shown # LONGSHORE_TOKEN')
      .and.not.include(token);
  });

  it('knows what a join address looks like', () => {
    const joined = (join: string): string => resolveAgent({ flags: { join } }).config.join;
    expect(['cp', 'https://cp', 'https://cp:7000/', '10.0.0.1:7000'].map(joined)).to.deep.equal([
      'cp:6444',
      'cp:6444',
      'cp:7000',
      '10.0.0.1:7000',
    ]);
    for (const wrong of ['http://cp', 'cp:0', 'cp:99999', 'cp/path', 'a b']) {
      expect(problemsOf(() => joined(wrong))[0], wrong).to.include('It must read https://HOST:6444');
    }
    expect(problemsOf(() => resolveAgent({}))[0]).to.match(/^--join is required/);
  });
});

describe('renderConfiguration', () => {
  it('writes a file that says the same, and from where', () => {
    const given = { flags: { bindAddress: '10.0.0.1,127.0.0.1' }, file: 'port: 7000' };
    const before = resolveControlPlane(given);
    const text = renderConfiguration('ControlPlaneConfiguration', before.resolved);
    expect(text).to.include('port: 7000 # cp.yaml:3:7').and.include('bindAddress: [ 10.0.0.1, 127.0.0.1 ] # --bind-address');
    const settings = controlPlaneSettings();
    const file = parseConfigurationFile(text, { file: 'again', kind: 'ControlPlaneConfiguration', settings });
    const after = resolveConfiguration({ settings, flags: new Map(), environment: {}, file }, checkControlPlane);
    expect(after.config).to.deep.equal(before.config);
  });

  it('becomes flags that say the same', () => {
    const { resolved } = resolveAgent({ flags: { join: 'cp', nodeName: 'n1', nodeLabels: 'zone=a,disk=ssd' } });
    expect(renderFlags(resolved).join(' ')).to.include('--node-name n1').and.include('--node-labels zone=a,disk=ssd');
  });
});
