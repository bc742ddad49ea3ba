import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { FakeClock } from '../../lib/clock/fake-clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { silentLogger } from '../../lib/log/logger.js';
import { PodAssignment, type DeepPartial, type PodSpec } from '../../proto/gen/longshore/node/v1/pod.js';
import { DiskVolumeManager } from './disk-volume-manager.js';
import type { Mounts } from './mount-runner.js';
import type { PodFacts } from './volume-manager.js';

const uid = 'c0ffee00-0000-4000-8000-000000000001';
const facts: PodFacts = {
  podIp: '10.244.1.7',
  hostIp: '192.0.2.1',
  nodeName: 'n1',
  nodeAllocatable: { cpuMillis: 2_000, memoryBytes: 4e9, ephemeralStorageBytes: 1e10 },
  dnsServers: ['10.244.1.1', '10.96.0.10'],
  clusterDomain: 'cluster.local',
};
const signal = new AbortController().signal;

/** Remembers mounts, and makes none. */
class FakeMounts implements Mounts {
  readonly points: string[] = [];
  readonly options = new Map<string, object>();

  async list(): Promise<string[]> {
    return ['/', ...this.points];
  }
  async mountTmpfs(directory: string, options: object): Promise<void> {
    this.points.push(directory);
    this.options.set(directory, options);
  }
  async unmount(point: string): Promise<void> {
    this.points.splice(this.points.lastIndexOf(point), 1);
  }
}

describe('DiskVolumeManager', () => {
  let stateDir: string;
  let mounts: FakeMounts;
  let clock: FakeClock;
  let created: number;
  let outage: boolean;
  let volumes: DiskVolumeManager;

  const restart = (): void => {
    volumes = new DiskVolumeManager({
      stateDir,
      mounts,
      clock,
      log: silentLogger,
      tokenSource: {
        create: async ({ expirationSeconds }) => {
          if (outage) throw new LongshoreError('Unavailable', 'no control plane');
          created += 1;
          const iat = clock.now() / 1_000;
          const claims = Buffer.from(JSON.stringify({ iat, exp: iat + expirationSeconds, n: created })).toString('base64url');
          return { token: `h.${claims}.s`, expiresAtMs: clock.now() + expirationSeconds * 1_000 };
        },
      },
      nodeFiles: { hosts: join(stateDir, 'node-hosts'), resolvConf: join(stateDir, 'node-resolv.conf') },
    });
  };

  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'longshore-volumes-'));
    await writeFile(join(stateDir, 'node-hosts'), '127.0.0.1 node\n');
    await writeFile(join(stateDir, 'node-resolv.conf'), 'search corp\nnameserver 192.0.2.53\noptions rotate\n');
    mounts = new FakeMounts();
    clock = new FakeClock();
    created = 0;
    outage = false;
    restart();
  });
  afterEach(async () => {
    await rm(stateDir, { recursive: true });
  });

  const assign = (spec: DeepPartial<PodSpec>, rest: DeepPartial<PodAssignment> = {}): PodAssignment =>
    PodAssignment.fromPartial({
      pod: { namespace: 'shop', name: 'web-1', uid, labels: { app: 'web', a: 'x"y' } },
      spec: { dnsPolicy: 'ClusterFirst', ...spec },
      ...rest,
    });
  const prepare = async (spec: DeepPartial<PodSpec>, rest: DeepPartial<PodAssignment> = {}): Promise<string> => {
    const paths = await volumes.prepare(assign(spec, rest), facts, signal);
    return paths.get('v') ?? '';
  };
  const failure = async (work: Promise<unknown>): Promise<LongshoreError> => {
    const thrown: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(thrown).to.be.instanceOf(LongshoreError);
    return thrown as LongshoreError;
  };
  const v = (source: NonNullable<PodSpec['volumes'][number]['source']>): DeepPartial<PodSpec> => ({
    volumes: [{ name: 'v', source }],
  });
  const configMap = (overrides: object = {}) =>
    v({ $case: 'configMap', value: { name: 'conf', items: [], defaultMode: 0o644, optional: false, ...overrides } });
  const conf = (data: Record<string, string>): DeepPartial<PodAssignment> => ({
    configMaps: [{ name: 'conf', data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text)])) }],
  });

  describe('ConfigMap', () => {
    it('shows every key, and changes all of them at one moment', async () => {
      const path = await prepare(configMap(), conf({ a: '1', b: '2' }));
      expect((await readdir(path)).filter((name) => !name.startsWith('..'))).to.have.members(['a', 'b']);
      const before = await readlink(join(path, '..data'));
      await prepare(configMap(), conf({ b: '3', c: '4' }));
      expect(await readlink(join(path, '..data'))).to.not.equal(before);
      expect((await readdir(path)).filter((name) => !name.startsWith('..'))).to.have.members(['b', 'c']);
      expect(await readFile(join(path, 'b'), 'utf8')).to.equal('3');
      expect((await readdir(path)).filter((name) => name.startsWith('..'))).to.have.length(2);
    });

    it('writes nothing when nothing changed, after a restart either', async () => {
      const path = await prepare(configMap(), conf({ a: '1' }));
      const before = await readlink(join(path, '..data'));
      restart();
      await prepare(configMap(), conf({ a: '1' }));
      expect(await readlink(join(path, '..data'))).to.equal(before);
    });

    it('puts chosen keys at chosen paths with chosen modes', async () => {
      const items = [{ key: 'a', path: 'deep/er/file', mode: 0o400 }];
      const path = await prepare(configMap({ items }), conf({ a: '1', b: '2' }));
      expect(await readFile(join(path, 'deep/er/file'), 'utf8')).to.equal('1');
      expect((await stat(join(path, 'deep/er/file'))).mode & 0o777).to.equal(0o400);
      expect(await readdir(path)).to.not.include('b');
    });

    it('tells what is missing, and minds what is optional', async () => {
      expect(await failure(prepare(configMap()))).to.include({
        code: 'NotFound',
        message: 'MountVolume.SetUp failed for volume "v" : configmap "conf" not found',
      });
      const items = [{ key: 'x', path: 'x', mode: undefined }];
      expect((await failure(prepare(configMap({ items }), conf({ a: '1' })))).message).to.contain(
        'references non-existent config key: x',
      );
      expect(await readdir(await prepare(configMap({ items, optional: true }), conf({ a: '1' })))).to.not.include('x');
      expect(await readdir(await prepare(configMap({ optional: true })))).to.not.include('a');
    });

    it('belongs to fsGroup', async () => {
      const spec = { ...configMap({ defaultMode: 0o600 }), securityContext: { fsGroup: 2_000 } };
      const file = await stat(join(await prepare(spec, conf({ a: '1' })), 'a'));
      expect([file.gid, file.mode & 0o777]).to.deep.equal([2_000, 0o640]);
    });

    for (const path of ['../x', '/x', 'a/../x', '..x', 'a//b', '']) {
      it(`refuses the path "${path}"`, async () => {
        const items = [{ key: 'a', path, mode: undefined }];
        expect((await failure(prepare(configMap({ items }), conf({ a: '1' })))).code).to.equal('InvalidArgument');
      });
    }

    it('does not follow a link that a container put in place of ..data', async () => {
      const path = await prepare(configMap(), conf({ a: '1' }));
      const outside = join(stateDir, 'outside');
      await mkdir(outside);
      await writeFile(join(outside, 'a'), 'precious');
      await rm(join(path, '..data'));
      await symlink(outside, join(path, '..data'));
      await prepare(configMap(), conf({ a: '2' }));
      expect(await readFile(join(path, 'a'), 'utf8')).to.equal('2');
      expect(await readFile(join(outside, 'a'), 'utf8')).to.equal('precious');
    });
  });

  it('keeps secrets on one tmpfs for the node, which goes with the last pod', async () => {
    const spec = v({ $case: 'secret', value: { secretName: 's', items: [], defaultMode: 0o644, optional: false } });
    const path = await prepare(spec, { secrets: [{ name: 's', type: 'Opaque', data: { key: Buffer.from('x') } }] });
    expect(mounts.points).to.deep.equal([join(stateDir, 'memory')]);
    expect(path.startsWith(join(stateDir, 'memory'))).to.equal(true);
    expect(await readFile(join(path, 'key'), 'utf8')).to.equal('x');
    await volumes.remove(uid);
    expect(mounts.points).to.deep.equal([]);
  });

  it('writes pod fields of the downward API', async () => {
    const item = (path: string, fieldPath: string) => ({
      path,
      source: { $case: 'field' as const, value: { fieldPath } },
      mode: undefined,
    });
    const items = [item('labels', 'metadata.labels'), item('name', 'metadata.name'), item('app', "metadata.labels['app']")];
    const path = await prepare(v({ $case: 'downwardApi', value: { items, defaultMode: 0o644 } }));
    expect(await readFile(join(path, 'labels'), 'utf8')).to.equal('a="x\\"y"\napp="web"');
    expect(await readFile(join(path, 'name'), 'utf8')).to.equal('web-1');
    expect(await readFile(join(path, 'app'), 'utf8')).to.equal('web');
  });

  describe('service-account volume', () => {
    const spec = (runAsUser?: number): DeepPartial<PodSpec> => ({
      securityContext: { runAsUser },
      containers: [{ name: 'web' }],
      volumes: [
        {
          name: 'v',
          source: {
            $case: 'projected',
            value: {
              defaultMode: 0o644,
              sources: [
                {
                  source: { $case: 'serviceAccountToken', value: { audience: '', expirationSeconds: 3_600, path: 'token' } },
                },
                { source: { $case: 'configMap', value: { name: 'kube-root-ca.crt', items: [], optional: false } } },
              ],
            },
          },
        },
      ],
    });
    const rest = { clusterCa: 'PEM' };

    it('holds a token, renewed at four fifths of its life, and the CA', async () => {
      const path = await prepare(spec(), rest);
      const first = await readFile(join(path, 'token'), 'utf8');
      expect(await readFile(join(path, 'ca.crt'), 'utf8')).to.equal('PEM');
      await clock.advance(2_879_000);
      await prepare(spec(), rest);
      restart();
      await prepare(spec(), rest);
      expect([created, await readFile(join(path, 'token'), 'utf8')]).to.deep.equal([1, first]);
      await clock.advance(1_000);
      await prepare(spec(), rest);
      expect(created).to.equal(2);
      expect(await readFile(join(path, 'token'), 'utf8')).to.not.equal(first);
    });

    it('keeps an old token, or goes without on a node that lost it, while the control plane is away', async () => {
      const path = await prepare(spec(), rest);
      const first = await readFile(join(path, 'token'), 'utf8');
      outage = true;
      await clock.advance(3_000_000);
      await prepare(spec(), rest);
      expect(await readFile(join(path, 'token'), 'utf8')).to.equal(first);
      await rm(path, { recursive: true });
      restart();
      await prepare(spec(), rest);
      expect(await readdir(path))
        .to.include('ca.crt')
        .and.not.include('token');
    });

    it('starts no new pod without a token', async () => {
      outage = true;
      expect((await failure(prepare(spec(), rest))).code).to.equal('Unavailable');
    });

    it('is for the one user of the pod alone', async () => {
      const file = await stat(join(await prepare(spec(1_000), rest), 'token'));
      expect([file.uid, file.mode & 0o777]).to.deep.equal([1_000, 0o600]);
    });
  });

  describe('emptyDir', () => {
    const emptyDir = (medium = '', sizeLimitBytes = 0) => v({ $case: 'emptyDir', value: { medium, sizeLimitBytes } });

    it('is everybody’s and is left alone later', async () => {
      const path = await prepare(emptyDir());
      expect((await stat(path)).mode & 0o7777).to.equal(0o777);
      await writeFile(join(path, 'file'), 'kept');
      await prepare(emptyDir());
      expect(await readFile(join(path, 'file'), 'utf8')).to.equal('kept');
    });

    it('belongs to fsGroup', async () => {
      const found = await stat(await prepare({ ...emptyDir(), securityContext: { fsGroup: 2_000 } }));
      expect([found.gid, found.mode & 0o7777]).to.deep.equal([2_000, 0o2777]);
    });

    it('is a tmpfs of its own in memory, mounted once', async () => {
      const path = await prepare(emptyDir('Memory', 1_048_576));
      restart();
      await prepare(emptyDir('Memory', 1_048_576));
      expect(mounts.points).to.deep.equal([path]);
      expect(mounts.options.get(path)).to.deep.include({ sizeBytes: 1_048_576, mode: 0o777 });
    });
  });

  describe('hostPath', () => {
    const hostPath = (path: string, type: string) => v({ $case: 'hostPath', value: { path, type } });
    const checks: [string, string][] = [
      ['Directory', 'directory'],
      ['File', 'file'],
      ['Socket', 'socket file'],
      ['CharDevice', 'character device'],
      ['BlockDevice', 'block device'],
    ];
    for (const [type, what] of checks) {
      it(`of type ${type} must be one`, async () => {
        const path = join(stateDir, 'absent');
        const { code, message } = await failure(prepare(hostPath(path, type)));
        expect([code, message]).to.deep.equal([
          'InvalidArgument',
          `MountVolume.SetUp failed for volume "v" : hostPath type check failed: ${path} is not a ${what}`,
        ]);
      });
    }

    it('is made where its type says so', async () => {
      expect((await stat(await prepare(hostPath(join(stateDir, 'd/e'), 'DirectoryOrCreate')))).isDirectory()).to.equal(true);
      expect((await stat(await prepare(hostPath(join(stateDir, 'f'), 'FileOrCreate')))).isFile()).to.equal(true);
      expect((await stat(await prepare(hostPath(join(stateDir, 'g'), '')))).isDirectory()).to.equal(true);
      expect(await prepare(hostPath('/dev/null', 'CharDevice'))).to.equal('/dev/null');
      expect((await failure(prepare(hostPath(join(stateDir, 'f'), 'DirectoryOrCreate')))).code).to.equal('InvalidArgument');
    });
  });

  it('writes the network files, in place when the address changes', async () => {
    const assignment = assign({ hostname: 'web', subdomain: 'db', hostAliases: [{ ip: '192.0.2.9', hostnames: ['x', 'y'] }] });
    const paths = await volumes.prepareNetworkFiles(assignment, facts);
    const { ino } = await stat(paths.hosts);
    await volumes.prepareNetworkFiles(assignment, { ...facts, podIp: '10.244.1.8' });
    expect((await stat(paths.hosts)).ino).to.equal(ino);
    expect(await readFile(paths.hosts, 'utf8')).to.equal(
      [
        '# Kubernetes-managed hosts file.',
        '127.0.0.1\tlocalhost',
        '::1\tlocalhost ip6-localhost ip6-loopback',
        'fe00::0\tip6-localnet',
        'fe00::0\tip6-mcastprefix',
        'fe00::1\tip6-allnodes',
        'fe00::2\tip6-allrouters',
        '10.244.1.8\tweb.db.shop.svc.cluster.local\tweb',
        '',
        '# Entries added by HostAliases.',
        '192.0.2.9\tx\ty',
        '',
      ].join('\n'),
    );
    expect(await readFile(paths.hostname, 'utf8')).to.equal('web\n');
    expect(await readFile(paths.resolvConf, 'utf8')).to.equal(
      'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.244.1.1\nnameserver 10.96.0.10\noptions ndots:5 timeout:1 attempts:3\n',
    );
  });

  it('gives a pod in the host network the hosts file of the node', async () => {
    const { hosts } = await volumes.prepareNetworkFiles(assign({ hostNetwork: true }), facts);
    expect(await readFile(hosts, 'utf8')).to.equal('# Kubernetes-managed hosts file (host network).\n127.0.0.1 node\n');
  });

  it('keeps the end of a termination log', async () => {
    const path = await volumes.prepareTerminationLog(uid, 'web', 3);
    expect((await lstat(path)).mode & 0o777).to.equal(0o666);
    expect(await volumes.readTerminationLog(uid, 'web', 3)).to.equal('');
    await writeFile(path, `${'x'.repeat(5_000)}end`);
    const message = await volumes.readTerminationLog(uid, 'web', 3);
    expect([message.length, message.endsWith('end')]).to.deep.equal([4_096, true]);
    expect(await volumes.readTerminationLog(uid, 'web', 4)).to.equal('');
  });

  it('removes a pod with its mounts, and nothing that its links point to', async () => {
    const outside = join(stateDir, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'precious'), '');
    const path = await prepare(v({ $case: 'emptyDir', value: { medium: '', sizeLimitBytes: 0 } }));
    await symlink(outside, join(path, 'link'));
    mounts.points.push(join(path, 'mounted'), join(path, 'mounted/deeper'), '/elsewhere');
    expect(await volumes.list()).to.deep.equal([uid]);
    await volumes.remove(uid);
    await volumes.remove(uid);
    expect(await volumes.list()).to.deep.equal([]);
    expect(mounts.points).to.deep.equal(['/elsewhere']);
    expect(await readdir(outside)).to.deep.equal(['precious']);
  });

  it('refuses a uid that is a path', async () => {
    expect((await failure(volumes.remove('../etc'))).code).to.equal('InvalidArgument');
  });
});
