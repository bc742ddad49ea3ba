import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import Docker from 'dockerode';
import type { ContainerSpec } from '../../kubelet-agent/runtime/container-runtime.js';
import { DockerRuntime } from '../../kubelet-agent/runtime/docker/docker-runtime.js';
import {
  codeOf,
  describeRuntimeContract,
  makeContainerSpec,
  makeSandboxSpec,
  readLog,
  type ContractProgram,
} from '../../kubelet-agent/runtime/runtime-contract.js';
import { systemClock } from '../../lib/clock/clock.js';
import { silentLogger, type Logger } from '../../lib/log/logger.js';
import { ensureTestImage } from '../support/images.js';
import { registryLogin, startTestRegistry, type TestRegistry } from '../support/registry.js';

const clusterId = 'runtime-test';
const waits = ['sh', '-c', "trap 'exit 143' TERM; while :; do sleep 0.05; done"];
const programs: Record<ContractProgram, readonly string[]> = {
  waits,
  'ignores SIGTERM': ['sh', '-c', "trap '' TERM; while :; do sleep 0.05; done"],
  'prints and fails': ['sh', '-c', 'echo one; sleep 0.05; echo two >&2; exit 3'],
  'prints and ends later': ['sh', '-c', 'echo one; sleep 1'],
  'does not exist': ['/no/such/file'],
  echoes: ['sh', '-c', 'cat; exit 5'],
  serves: ['httpd', '-f', '-p', '127.0.0.1:8080', '-h', '/tmp'],
};

function connect(nodeName: string, log: Logger = silentLogger): Promise<DockerRuntime> {
  return DockerRuntime.create({ clusterId, nodeName, clock: systemClock, log });
}

describeRuntimeContract('DockerRuntime', async () => ({
  runtime: await connect('contract'),
  podCidr: '10.251.1.0/24',
  image: await ensureTestImage('busybox'),
  program: (_, program) => programs[program],
  settle: (work) => work,
  exec: {
    prints: ['sh', '-c', 'echo hello; exit 7'],
    hangs: ['sleep', '1000'],
    printsTwice: ['sh', '-c', 'echo out; echo err >&2'],
    echoes: ['sh', '-c', 'cat; exit 5'],
    measures: ['sh', '-c', 'until stty size 2>/dev/null | grep -q [1-9]; do sleep 0.01; done; stty size'],
  },
}));

describe('DockerRuntime', function () {
  this.timeout(60_000);
  const uid = 'c0ffee00-0000-4000-8000-000000000099';
  const docker = new Docker();
  let runtime: DockerRuntime;
  let image: string;
  let warnings: string[];

  before(async () => {
    image = await ensureTestImage('busybox', docker);
    const log: Logger = { ...silentLogger, warn: (message) => void warnings.push(message) };
    runtime = await connect('a', log);
    await runtime.ensurePodNetwork({ podCidr: '10.251.2.0/24' });
  });
  beforeEach(() => {
    warnings = [];
  });
  afterEach(async () => {
    for (const pod of await runtime.observe()) {
      for (const { attempt } of pod.sandboxes) await runtime.removeSandbox(pod.podUid, attempt);
    }
  });
  after(async () => {
    await runtime.removeEverything();
  });

  const start = (overrides: Partial<ContainerSpec>) =>
    runtime.startContainer(makeContainerSpec(uid, 'web', { image, command: waits, ...overrides }));
  const sh = async (id: string, script: string): Promise<string> =>
    (await runtime.exec(id, ['sh', '-c', script], 5_000)).output.trim();
  const security = (overrides: Partial<ContainerSpec['security']>): ContainerSpec['security'] => ({
    ...makeContainerSpec(uid, 'x').security,
    ...overrides,
  });

  it('makes a bridge without masquerade whose gateway is the first address', async () => {
    const info = await docker.getNetwork(`longshore-${clusterId}-a`).inspect();
    expect(info.IPAM?.Config).to.deep.include({ Subnet: '10.251.2.0/24', Gateway: '10.251.2.1' });
    expect(info.Options?.['com.docker.network.bridge.enable_ip_masquerade']).to.equal('false');
    expect(info.Options?.['com.docker.network.bridge.name']).to.match(/^lsh[0-9a-f]{8}$/);
    expect(info.Labels).to.deep.equal({ 'longshore.dev/cluster': clusterId, 'longshore.dev/node': 'a' });
  });

  it('names the network that has the wanted addresses already', async () => {
    const other = await connect('overlap');
    const failure: unknown = await other.ensurePodNetwork({ podCidr: '10.251.2.128/25' }).catch((thrown: unknown) => thrown);
    expect(String(failure)).to.contain(`overlaps with Docker network longshore-${clusterId}-a (10.251.2.0/24)`);
  });

  it('makes the network anew when its pod CIDR changes, unless it is in use', async () => {
    const other = await connect('moving');
    try {
      await other.ensurePodNetwork({ podCidr: '10.251.3.0/24' });
      await other.ensurePodNetwork({ podCidr: '10.251.4.0/24', mtu: 1_400 });
      await other.startSandbox(makeSandboxSpec(uid));
      expect(await codeOf(other.ensurePodNetwork({ podCidr: '10.251.3.0/24' }))).to.equal('FailedPrecondition');
    } finally {
      await other.removeEverything();
    }
  });

  it('neither sees nor touches what belongs to another node on the same engine', async () => {
    const other = await connect('b');
    await runtime.startSandbox(makeSandboxSpec(uid));
    expect(await other.observe()).to.deep.equal([]);
    await other.removeSandbox(uid, 0);
    await other.removeEverything();
    expect(await runtime.observe()).to.have.length(1);
    expect(await codeOf(other.startSandbox(makeSandboxSpec(uid)))).to.equal('InvalidArgument');
  });

  it('adopts what an agent before it made, and finishes what it began', async () => {
    const sandbox = await runtime.startSandbox(makeSandboxSpec(uid, { hostIpc: true }));
    const { id } = await start({});
    const next = await connect('a');
    expect(await next.startSandbox(makeSandboxSpec(uid, { hostIpc: true }))).to.deep.equal(sandbox);
    expect((await next.observe(uid))[0]?.containers[0]?.id).to.equal(id);
    const second = await next.startContainer(makeContainerSpec(uid, 'second', { image, command: waits }));
    const info = await docker.getContainer(second.id).inspect();
    expect(info.HostConfig.IpcMode).to.equal('host');
  });

  it('bounds CPU and memory, and weighs by requests', async () => {
    await runtime.startSandbox(makeSandboxSpec(uid));
    const { id } = await start({ limits: { cpuMillis: 500, memoryBytes: 64 << 20 }, requests: { cpuMillis: 250 } });
    const { HostConfig: host } = await docker.getContainer(id).inspect();
    expect(host).to.include({ CpuQuota: 50_000, CpuPeriod: 100_000, CpuShares: 256, Memory: 64 << 20, MemorySwap: 64 << 20 });
    expect(host.LogConfig).to.deep.equal({ Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } });
  });

  it('says that a container ran out of memory', async () => {
    await runtime.startSandbox(makeSandboxSpec(uid));
    const { id } = await start({
      command: ['sh', '-c', 'dd if=/dev/zero of=/dev/null bs=200M count=1'],
      limits: { memoryBytes: 16 << 20 },
    });
    await docker.getContainer(id).wait();
    const container = (await runtime.observe(uid))[0]?.containers[0];
    expect(container).to.include({ state: 'exited', exitCode: 137, oomKilled: true });
  });

  it('applies the security context', async () => {
    await runtime.startSandbox(makeSandboxSpec(uid));
    const { id } = await start({
      security: security({
        user: '1000:1000',
        supplementalGroups: [3_000],
        readOnlyRootFilesystem: true,
        noNewPrivileges: true,
        capabilitiesDrop: ['ALL'],
        capabilitiesAdd: ['NET_BIND_SERVICE'],
      }),
    });
    expect(await sh(id, 'id -u; id -g; id -G')).to.match(/^1000\n1000\n1000 3000$/);
    expect(await sh(id, 'touch /x 2>&1 || true')).to.contain('Read-only file system');
    const status = await sh(id, 'grep -E "NoNewPrivs|CapBnd" /proc/self/status');
    expect(status)
      .to.match(/CapBnd:\s+0000000000000400/)
      .and.to.match(/NoNewPrivs:\s+1/);
  });

  it('runs a privileged container, if need be with all capabilities that the machine has', async () => {
    await runtime.startSandbox(makeSandboxSpec(uid));
    const first = await start({ security: security({ privileged: true }) });
    expect(first).to.include({ state: 'running', error: '' });
    expect(await sh(first.id, 'grep CapEff /proc/self/status')).to.match(/[0-9a-f]{16}$/);
    const second = await start({ name: 'second', security: security({ privileged: true }) });
    expect(second.state).to.equal('running');
    expect(warnings.length).to.be.at.most(1);
  });

  it('goes on without a lower OOM score where the engine may not give it, and warns once', async () => {
    await runtime.startSandbox(makeSandboxSpec(uid));
    for (const name of ['one', 'two']) expect((await start({ name, oomScoreAdj: -997 })).state).to.equal('running');
    expect(warnings.length).to.be.at.most(1);
  });

  it('shares the process namespace, and the sandbox reaps orphans there', async () => {
    await runtime.startSandbox(makeSandboxSpec(uid, { shareProcessNamespace: true }));
    const { id } = await start({ command: ['sleep', '1000'] });
    expect(await sh(id, 'cat /proc/1/cmdline')).to.contain('/sandbox');
    await sh(id, '(sleep 0.1 &) ; true');
    await sleep(500);
    expect(await sh(id, 'grep -l "State:.Z" /proc/[0-9]*/status 2>/dev/null | wc -l')).to.equal('0');
  });

  it('mounts files, read-only where asked, and publishes host ports', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'longshore-mount-'));
    try {
      await writeFile(join(directory, 'hosts'), '# ours\n');
      const hostPorts = [{ containerPort: 80, hostPort: 18_080, hostIp: '127.0.0.1', protocol: 'TCP' as const }];
      await runtime.startSandbox(makeSandboxSpec(uid, { hostPorts }));
      const mount = { readOnly: true, propagation: 'private' as const };
      const { id } = await start({
        command: ['sh', '-c', 'while :; do echo served | nc -l -p 80; done'],
        mounts: [{ hostPath: join(directory, 'hosts'), containerPath: '/etc/hosts', ...mount }],
      });
      expect(await sh(id, 'cat /etc/hosts; echo x > /etc/hosts || true')).to.match(/^# ours\n.*Read-only/s);
      const { NetworkSettings: network } = await docker.getContainer(`longshore_POD_pod-${uid}_default_${uid}_0`).inspect();
      expect(network.Ports['80/tcp']).to.deep.equal([{ HostIp: '127.0.0.1', HostPort: '18080' }]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('keeps a container that joins no sandbox out, and leaves nothing of a sandbox that could not start', async () => {
    const hostPorts = [{ containerPort: 80, hostPort: 18_081, hostIp: '127.0.0.1', protocol: 'TCP' as const }];
    await runtime.startSandbox(makeSandboxSpec(uid, { hostPorts }));
    const second = makeSandboxSpec(uid, { attempt: 1, hostPorts });
    expect(await codeOf(runtime.startSandbox(second))).to.equal('InvalidArgument');
    expect((await runtime.observe(uid))[0]?.sandboxes).to.have.length(1);
    await runtime.stopSandbox(uid, 0);
    expect(await codeOf(start({}))).to.equal('NotFound');
    expect((await runtime.observe(uid))[0]?.containers).to.deep.equal([]);
  });

  it('puts the sandbox image and the network back when somebody pruned them', async () => {
    await docker.getNetwork(`longshore-${clusterId}-a`).remove();
    await docker.getImage('longshore/sandbox:1').remove({ force: true });
    expect((await runtime.startSandbox(makeSandboxSpec(uid))).state).to.equal('running');
  });

  it('kills a command that outlives its timeout', async () => {
    await runtime.startSandbox(makeSandboxSpec(uid));
    const { id } = await start({});
    expect(await codeOf(runtime.exec(id, ['sleep', '987654'], 200))).to.equal('DeadlineExceeded');
    expect(await sh(id, 'ps | grep "[s]leep 987654" | wc -l')).to.equal('0');
  });

  it('reads a log of more than the engine sends at once', async () => {
    await runtime.startSandbox(makeSandboxSpec(uid));
    const { id } = await start({ command: ['sh', '-c', 'for i in $(seq 1 20000); do echo "line $i of many lines"; done'] });
    await docker.getContainer(id).wait();
    const text = await readLog(runtime, id);
    expect(text.split('\n')).to.have.length(20_001);
    expect(text.endsWith('line 20000 of many lines\n')).to.equal(true);
  });

  describe('pulling', () => {
    let registry: TestRegistry;
    let reference: string;
    const signal = new AbortController().signal;

    before(async () => {
      registry = await startTestRegistry();
      reference = await registry.push(docker, image, 'app');
    });
    after(async () => {
      await registry.stop();
    });

    it('needs the right credentials', async () => {
      const login = { ...registryLogin, serverAddress: registry.address };
      expect(await codeOf(runtime.pullImage(reference, undefined, signal))).to.equal('Unauthenticated');
      expect(await codeOf(runtime.pullImage(reference, { ...login, password: 'wrong' }, signal))).to.equal('Unauthenticated');
      expect(await runtime.image(reference)).to.equal(undefined);
      await runtime.pullImage(reference, login, signal);
      expect((await runtime.image(reference))?.names).to.include(reference);
      await docker.getImage(reference).remove();
    });

    it('tells a missing image from a registry that does not answer', async () => {
      const login = { ...registryLogin, serverAddress: registry.address };
      expect(await codeOf(runtime.pullImage(`${registry.address}/absent:1`, login, signal))).to.equal('NotFound');
      expect(await codeOf(runtime.pullImage('127.0.0.1:1/app:1', undefined, signal))).to.equal('Unavailable');
    });
  });
});
