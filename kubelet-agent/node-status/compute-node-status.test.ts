import { expect } from 'chai';

import { computeNodeStatus, type NodeStatusInputs } from './compute-node-status.js';
import { localAddressTowards } from '../../lib/net/local-address.js';
import { memoryField, osImage, readMachine } from './machine-readings.js';

const gibibyte = 2 ** 30;
const inputs = (overrides: Partial<NodeStatusInputs> = {}): NodeStatusInputs => ({
  readings: {
    cpuMillis: 4000,
    memoryBytes: 8 * gibibyte,
    memoryAvailableBytes: 4 * gibibyte,
    diskBytes: 100 * gibibyte,
    diskAvailableBytes: 50 * gibibyte,
    processes: 200,
    maxProcesses: 32768,
    machineId: 'm',
    bootId: 'b',
    kernelVersion: '6.1',
    osImage: 'Debian',
    architecture: 'amd64',
  },
  capacity: {},
  nodeName: 'n1',
  internalIp: '10.0.0.9',
  engine: { name: 'docker', version: '20.10.24' },
  images: [],
  problem: undefined,
  version: 'v1.36.0',
  previous: [],
  nowMs: 1_000,
  ...overrides,
});
const conditions = (overrides: Partial<NodeStatusInputs>): Record<string, string> =>
  Object.fromEntries(
    computeNodeStatus(inputs(overrides)).conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]),
  );

describe('computeNodeStatus', () => {
  it('describes a healthy node', () => {
    const status = computeNodeStatus(inputs());
    expect(status.addresses).to.deep.equal([
      { type: 'InternalIP', address: '10.0.0.9' },
      { type: 'Hostname', address: 'n1' },
    ]);
    expect(status.capacity).to.deep.equal({
      cpuMillis: 4000,
      memoryBytes: 8 * gibibyte,
      ephemeralStorageBytes: 100 * gibibyte,
      pods: 110,
    });
    expect(status.allocatable?.memoryBytes).to.equal(8 * gibibyte - 100 * 2 ** 20);
    expect(status.info?.containerRuntimeVersion).to.equal('docker://20.10.24');
    expect(conditions({})).to.deep.equal({
      MemoryPressure: 'False KubeletHasSufficientMemory',
      DiskPressure: 'False KubeletHasNoDiskPressure',
      PIDPressure: 'False KubeletHasSufficientPID',
      Ready: 'True KubeletReady',
    });
  });

  it('takes the capacity that it is told', () => {
    const { capacity, allocatable } = computeNodeStatus(inputs({ capacity: { cpuMillis: 500, memoryBytes: gibibyte, pods: 5 } }));
    expect(capacity).to.include({ cpuMillis: 500, memoryBytes: gibibyte, pods: 5 });
    expect(allocatable).to.deep.equal(capacity);
  });

  it('names what runs short', () => {
    const { readings } = inputs();
    expect(conditions({ readings: { ...readings, memoryAvailableBytes: 50 * 2 ** 20 } }).MemoryPressure).to.equal(
      'True KubeletHasInsufficientMemory',
    );
    expect(conditions({ readings: { ...readings, diskAvailableBytes: 9 * gibibyte } }).DiskPressure).to.equal(
      'True KubeletHasDiskPressure',
    );
    expect(conditions({ readings: { ...readings, processes: 32_000 } }).PIDPressure).to.equal('True KubeletHasInsufficientPID');
    expect(conditions({ problem: 'pod network is not set up' }).Ready).to.equal('False KubeletNotReady');
  });

  it('keeps the transition time of a condition that stays', () => {
    const first = computeNodeStatus(inputs());
    const second = computeNodeStatus(inputs({ nowMs: 9_000, previous: first.conditions }));
    expect(second).to.deep.equal(first);
  });
});

describe('readMachine', () => {
  it('reads this machine', async () => {
    const readings = await readMachine('/');
    expect(readings.cpuMillis).to.be.at.least(1000);
    expect(readings.memoryAvailableBytes).to.be.within(1, readings.memoryBytes);
    expect(readings.diskAvailableBytes).to.be.within(0, readings.diskBytes);
    expect(readings.processes).to.be.at.least(1);
    expect(readings.bootId).to.match(/^[0-9a-f-]{36}$/);
  });

  it('understands the kernel and os-release', () => {
    expect(memoryField('MemTotal:       1024 kB\nMemAvailable:    512 kB\n', 'MemAvailable')).to.equal(512 * 1024);
    expect(osImage('ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')).to.equal('Debian GNU/Linux 12 (bookworm)');
  });
});

describe('localAddressTowards', () => {
  it('finds the address on the way to a server', async () => {
    expect(await localAddressTowards('127.0.0.1:6444')).to.equal('127.0.0.1');
  });
});
