import { mkdtemp, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DiskVolumeManager } from '../../kubelet-agent/volumes/disk-volume-manager.js';
import { mountRunner } from '../../kubelet-agent/volumes/mount-runner.js';
import { systemClock } from '../../lib/clock/clock.js';
import { silentLogger } from '../../lib/log/logger.js';
import { PodAssignment, type DeepPartial } from '../../proto/gen/longshore/node/v1/pod.js';

/** Type of a tmpfs in statfs(2). */
const tmpfsType = 0x01021994;

describe('volumes on this machine', () => {
  const uid = 'c0ffee00-0000-4000-8000-000000000001';
  const facts = {
    podIp: '',
    hostIp: '',
    nodeName: 'n1',
    nodeAllocatable: { cpuMillis: 0, memoryBytes: 0, ephemeralStorageBytes: 0 },
    dnsServers: [],
    clusterDomain: 'cluster.local',
  };
  const wanted: DeepPartial<PodAssignment> = {
    pod: { namespace: 'default', name: 'web', uid },
    spec: {
      securityContext: { fsGroup: 2_000 },
      volumes: [
        { name: 'cache', source: { $case: 'emptyDir', value: { medium: 'Memory', sizeLimitBytes: 1 << 20 } } },
        { name: 'secret', source: { $case: 'secret', value: { secretName: 's', defaultMode: 0o600 } } },
      ],
    },
    secrets: [{ name: 's', type: 'Opaque', data: { key: Buffer.from('x') } }],
  };
  const assignment = PodAssignment.fromPartial(wanted);
  let stateDir: string;

  const open = (): DiskVolumeManager =>
    new DiskVolumeManager({
      stateDir,
      mounts: mountRunner,
      clock: systemClock,
      log: silentLogger,
      tokenSource: { create: () => Promise.reject(new Error('no token is wanted')) },
    });

  before(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'longshore volumes-'));
  });
  after(async () => {
    await open().remove(uid);
    await rm(stateDir, { recursive: true });
  });

  it('keeps secrets and memory volumes on tmpfs, across restarts of the agent, until the pod goes', async () => {
    const { signal } = new AbortController();
    const paths = await open().prepare(assignment, facts, signal);
    const cache = paths.get('cache') ?? '';
    const secret = paths.get('secret') ?? '';
    expect((await statfs(cache)).type).to.equal(tmpfsType);
    expect((await statfs(secret)).type).to.equal(tmpfsType);
    const { gid, mode } = await stat(cache);
    expect([gid, mode & 0o7777]).to.deep.equal([2_000, 0o2777]);
    const tooMuch = await writeFile(join(cache, 'big'), Buffer.alloc(2 << 20)).catch((thrown: unknown) => String(thrown));
    expect(tooMuch).to.contain('ENOSPC');

    await writeFile(join(cache, 'big'), 'kept');
    await open().prepare(assignment, facts, signal);
    expect(await readFile(join(cache, 'big'), 'utf8')).to.equal('kept');
    expect(await readFile(join(secret, 'key'), 'utf8')).to.equal('x');

    await open().remove(uid);
    expect((await mountRunner.list()).filter((point) => point.startsWith(stateDir))).to.deep.equal([]);
    expect(await open().list()).to.deep.equal([]);
  });
});
