import { expect } from 'chai';
import { makeContainerSpec, makeSandboxSpec } from '../runtime-contract.js';
import { renderContainerConfig } from './container-config.js';
import { bridgeName } from './labels.js';
import { renderSandboxConfig } from './sandbox-config.js';
import { parseNamespaces, renderNamespaces } from './sandbox-namespaces.js';

const owner = { clusterId: 'c1', nodeName: 'n1' };
const own = { hostNetwork: false, hostPid: false, hostIpc: false, shareProcessNamespace: false };
const host = { hostNetwork: true, hostPid: true, hostIpc: true, shareProcessNamespace: false };
const uid = 'u1';
const sandbox = 'container:longshore_POD_pod-u1_default_u1_0';

describe('container configuration', () => {
  it('joins the namespaces of its sandbox', () => {
    const { HostConfig: config } = renderContainerConfig(makeContainerSpec(uid, 'web'), owner, own);
    expect(config).to.include({ NetworkMode: sandbox, IpcMode: sandbox });
    expect(config).to.not.have.any.keys('PidMode', 'UTSMode');
  });

  it('joins the namespaces of the host, where the pod asked for them', () => {
    const { HostConfig: config } = renderContainerConfig(makeContainerSpec(uid, 'web'), owner, host);
    expect(config).to.include({ NetworkMode: sandbox, IpcMode: 'host', PidMode: 'host', UTSMode: 'host' });
  });

  it('leaves the image its command, user and directory unless told otherwise', () => {
    const plain = renderContainerConfig(makeContainerSpec(uid, 'web'), owner, own);
    expect(plain).to.not.have.any.keys('Entrypoint', 'Cmd', 'User', 'WorkingDir');
    const told = makeContainerSpec(uid, 'web', { command: ['a'], args: ['b'], workingDir: '/w' });
    expect(renderContainerConfig(told, owner, own)).to.deep.include({ Entrypoint: ['a'], Cmd: ['b'], WorkingDir: '/w' });
  });

  const resources: { when: string; requests: object; limits: object; expected: object }[] = [
    { when: 'nothing is asked for', requests: {}, limits: {}, expected: { CpuShares: 2 } },
    { when: 'a core is requested', requests: { cpuMillis: 1_000 }, limits: {}, expected: { CpuShares: 1_024 } },
    { when: 'CPU is limited', requests: {}, limits: { cpuMillis: 1_500 }, expected: { CpuQuota: 150_000, CpuPeriod: 100_000 } },
    { when: 'the limit is tiny', requests: {}, limits: { cpuMillis: 1 }, expected: { CpuQuota: 1_000 } },
    { when: 'memory is limited', requests: {}, limits: { memoryBytes: 9e6 }, expected: { Memory: 9e6, MemorySwap: 9e6 } },
  ];
  for (const { when, requests, limits, expected } of resources) {
    it(`bounds resources when ${when}`, () => {
      const { HostConfig: config } = renderContainerConfig(makeContainerSpec(uid, 'web', { requests, limits }), owner, own);
      expect(config).to.include(expected);
    });
  }
});

describe('sandbox configuration', () => {
  it('publishes the host ports of a pod, and none in the host network', () => {
    const hostPorts = [
      { containerPort: 53, hostPort: 5_353, hostIp: '', protocol: 'UDP' as const },
      { containerPort: 53, hostPort: 5_354, hostIp: '127.0.0.1', protocol: 'UDP' as const },
    ];
    const spec = makeSandboxSpec(uid, { hostPorts });
    expect(renderSandboxConfig(spec, owner).HostConfig?.PortBindings).to.deep.equal({
      '53/udp': [
        { HostIp: '', HostPort: '5353' },
        { HostIp: '127.0.0.1', HostPort: '5354' },
      ],
    });
    const inHost = renderSandboxConfig({ ...spec, hostNetwork: true }, owner);
    expect(inHost.HostConfig).to.deep.include({ NetworkMode: 'host', PortBindings: {} });
    expect(inHost).to.not.have.property('Hostname');
  });

  it('carries its namespaces in a label that is read back', () => {
    for (const namespaces of [own, host, { ...own, shareProcessNamespace: true }]) {
      expect(parseNamespaces(renderNamespaces(namespaces))).to.deep.equal(namespaces);
    }
  });

  it('names the bridge within the fifteen characters of the kernel', () => {
    expect(bridgeName({ clusterId: 'a-long-cluster-name', nodeName: 'a-long-node-name' })).to.match(/^lsh[0-9a-f]{8}$/);
  });
});
