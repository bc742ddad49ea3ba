import { expect } from 'chai';

import { type InspectedContainer, labContainersOf } from './lab-container.js';

const inspected = (service: string, number: string, overrides: Partial<InspectedContainer> = {}): InspectedContainer => ({
  Id: `${service}${number}`,
  State: { Status: 'running', ExitCode: 0 },
  Config: {
    Labels: {
      'com.docker.compose.service': service,
      'com.docker.compose.container-number': number,
      'longshore.dev/base-image': 'debian',
    },
  },
  Mounts: [],
  NetworkSettings: { Networks: { lab_default: { IPAddress: '172.18.0.2' } } },
  ...overrides,
});

describe('labContainersOf', () => {
  it('names nodes by their number and puts the control plane first', () => {
    const containers = labContainersOf('lab', [
      inspected('node', '10'),
      inspected('node', '2'),
      inspected('control-plane', '1'),
      inspected('somebody-elses', '1'),
    ]);
    expect(containers.map(({ name }) => name)).to.deep.equal(['control-plane', 'node-2', 'node-10']);
    expect(containers[0]).to.include({ address: '172.18.0.2', connected: true, baseImage: 'debian', state: 'running' });
  });

  it('leaves out what compose ran once', () => {
    const once = inspected('node', '1');
    once.Config.Labels['com.docker.compose.oneoff'] = 'True';
    expect(labContainersOf('lab', [once])).to.deep.equal([]);
  });

  it('tells a stopped container from one that was cut off by hand', () => {
    const stopped = inspected('node', '1', { NetworkSettings: { Networks: { lab_default: { IPAddress: '' } } } });
    const cut = inspected('node', '2', { NetworkSettings: { Networks: {} } });
    expect(labContainersOf('lab', [stopped, cut]).map(({ address, connected }) => ({ address, connected }))).to.deep.equal([
      { address: undefined, connected: true },
      { address: undefined, connected: false },
    ]);
  });

  it('knows the port of a running container, and the one that a stopped one asks for', () => {
    const bindings = { '6500/tcp': [{ HostIp: '127.0.0.1', HostPort: '6500-6509' }] };
    const stopped = inspected('control-plane', '1', {
      HostConfig: { PortBindings: bindings },
      NetworkSettings: { Networks: {}, Ports: {} },
    });
    const running = inspected('control-plane', '1', {
      HostConfig: { PortBindings: bindings },
      NetworkSettings: { Networks: {}, Ports: { '6500/tcp': [{ HostIp: '127.0.0.1', HostPort: '6503' }], '53/udp': null } },
    });
    const portsOf = (container: InspectedContainer) => [...(labContainersOf('lab', [container])[0]?.published ?? [])];
    expect(portsOf(stopped)).to.deep.equal([[6500, '127.0.0.1:6500-6509']]);
    expect(portsOf(running)).to.deep.equal([[6500, '127.0.0.1:6503']]);
  });
});
