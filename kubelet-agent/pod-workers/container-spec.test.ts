import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import type { Container, EnvVar, Volume, VolumeMount } from '../../proto/gen/longshore/node/v1/pod.js';
import { containerSpec, sandboxSpec } from './container-spec.js';
import { resolveEnv } from './container-env.js';
import { toMount, wantedMounts } from './container-mounts.js';
import type { DesiredPod } from './desired-pod.js';
import { expandVariables } from './expand-variables.js';
import { oomScoreAdj, qosClass } from './quality-of-service.js';
import { specHash } from './spec-hash.js';
import { resolveSubPath } from './sub-path.js';
import { makeContainer, makePod } from './testing/builders.js';

const facts = {
  podIp: '10.244.1.2',
  hostIp: '10.0.0.9',
  nodeName: 'n1',
  nodeAllocatable: { cpuMillis: 4000, memoryBytes: 8 * 2 ** 30, ephemeralStorageBytes: 2 ** 34 },
  dnsServers: [],
  clusterDomain: 'cluster.local',
};
const value = (name: string, text: string): EnvVar => ({ name, source: { $case: 'value', value: text } });
const security = (overrides: object) => ({ capabilitiesAdd: [], capabilitiesDrop: [], ...overrides });

function specOf(container: Container, desired: DesiredPod = makePod('p', { containers: [container] }), imageUser = '') {
  return containerSpec(desired, container, {
    attempt: 2,
    sandboxAttempt: 1,
    env: resolveEnv(desired, container, facts),
    volumeMounts: [],
    networkFiles: { hosts: '/h', hostname: '/n', resolvConf: '/r' },
    terminationLog: '/t',
    imageUser,
    nodeMemoryBytes: 2 ** 33,
  });
}

describe('expandVariables', () => {
  const variables = new Map([
    ['A', '1'],
    ['EMPTY', ''],
  ]);
  for (const [text, expected] of [
    ['$(A)', '1'],
    ['x$(A)y$(A)', 'x1y1'],
    ['$(EMPTY)', ''],
    ['$(B)', '$(B)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$1'],
    ['$A ${A} $(', '$A ${A} $('],
  ] as const) {
    it(`makes ${expected} of ${text}`, () => {
      expect(expandVariables(text, variables)).to.equal(expected);
    });
  }
});

describe('resolveEnv', () => {
  const objects = {
    configMaps: [{ name: 'c', data: { k: Buffer.from('v'), other: Buffer.from('o') } }],
    secrets: [{ name: 's', type: 'Opaque', data: { p: Buffer.from('hush') } }],
    serviceEnv: [value('WEB_SERVICE_HOST', '10.96.0.7')],
  };
  const envOf = (container: Partial<Container>, assignment: object = objects): Record<string, string> => {
    const made = makeContainer('web', container);
    return Object.fromEntries(resolveEnv(makePod('p', { containers: [made] }, assignment), made, facts));
  };
  const problemOf = (container: Partial<Container>): string => {
    try {
      envOf(container, {});
    } catch (thrown) {
      return String(thrown);
    }
    return '';
  };

  it('takes services first, then sources, then values that may refer to them', () => {
    const env = envOf({
      envFrom: [{ prefix: 'C_', source: { $case: 'configMap', value: { name: 'c', optional: false } } }],
      env: [
        value('URL', 'http://$(WEB_SERVICE_HOST)/$(C_k)'),
        value('C_other', 'mine'),
        { name: 'PASSWORD', source: { $case: 'secretKey', value: { name: 's', key: 'p', optional: false } } },
      ],
    });
    expect(env).to.deep.equal({
      WEB_SERVICE_HOST: '10.96.0.7',
      C_k: 'v',
      C_other: 'mine',
      URL: 'http://10.96.0.7/v',
      PASSWORD: 'hush',
    });
  });

  it('knows fields and resources', () => {
    const field = (name: string, fieldPath: string): EnvVar => ({ name, source: { $case: 'field', value: { fieldPath } } });
    const resource = (name: string, which: string, divisorMillis = 0): EnvVar => ({
      name,
      source: { $case: 'resource', value: { containerName: '', resource: which, divisorMillis } },
    });
    const env = envOf(
      {
        resources: { requests: undefined, limits: { cpuMillis: 1500 } },
        env: [
          field('IP', 'status.podIP'),
          field('NAME', 'metadata.name'),
          resource('CPU', 'limits.cpu'),
          resource('MILLIS', 'limits.cpu', 1),
          resource('MIB', 'limits.memory', 1000 * 2 ** 20),
        ],
      },
      {},
    );
    expect(env).to.deep.equal({ IP: '10.244.1.2', NAME: 'p', CPU: '2', MILLIS: '1500', MIB: '8192' });
  });

  it('passes over what is optional and missing', () => {
    expect(
      envOf({ env: [{ name: 'A', source: { $case: 'configMapKey', value: { name: 'none', key: 'k', optional: true } } }] }, {}),
    ).to.deep.equal({});
  });

  it('names what is missing as Kubernetes does', () => {
    const key = { name: 'c', key: 'k', optional: false };
    expect(problemOf({ env: [{ name: 'A', source: { $case: 'configMapKey', value: key } }] })).to.contain(
      'configmap "c" not found',
    );
    expect(
      problemOf({ envFrom: [{ prefix: '', source: { $case: 'secret', value: { name: 's', optional: false } } }] }),
    ).to.contain('secret "s" not found');
    const desired = makePod('p', {}, { configMaps: [{ name: 'c', data: {} }] });
    const container = makeContainer('web', { env: [{ name: 'A', source: { $case: 'configMapKey', value: key } }] });
    expect(() => resolveEnv(desired, container, facts)).to.throw("couldn't find key k in ConfigMap default/c");
  });
});

describe('containerSpec', () => {
  it('describes one attempt of a container', () => {
    const spec = specOf(makeContainer('web', { command: ['serve', '$(PORT)'], env: [value('PORT', '80')], workingDir: '/srv' }));
    expect(spec).to.deep.include({
      podUid: 'uid-p',
      name: 'web',
      kind: 'app',
      attempt: 2,
      sandboxAttempt: 1,
      image: 'web:1',
      command: ['serve', '80'],
      args: undefined,
      env: [{ name: 'PORT', value: '80' }],
      workingDir: '/srv',
      oomScoreAdj: 1000,
    });
    expect(spec.mounts.map(({ hostPath, containerPath }) => `${hostPath} ${containerPath}`)).to.deep.equal([
      '/h /etc/hosts',
      '/n /etc/hostname',
      '/r /etc/resolv.conf',
      '/t /dev/termination-log',
    ]);
  });

  it('puts the securityContext of the container over that of the pod', () => {
    const container = makeContainer('web', { securityContext: security({ runAsUser: 7, allowPrivilegeEscalation: false }) });
    const podContext = { runAsUser: 1, runAsGroup: 2, fsGroup: 3, supplementalGroups: [4], sysctls: [] };
    const { security: merged } = specOf(container, makePod('p', { containers: [container], securityContext: podContext }));
    expect(merged).to.deep.include({ user: '7:2', supplementalGroups: [4, 3], noNewPrivileges: true, privileged: false });
  });

  const nonRoot: [string, object, string, RegExp | undefined][] = [
    ['a user that is not root', { runAsUser: 5 }, '', undefined],
    ['an image whose user is a number', {}, '1000:1000', undefined],
    [
      'root',
      { runAsUser: 0 },
      '',
      /^container's runAsUser breaks non-root policy \(pod: "p_default\(uid-p\)", container: web\)$/,
    ],
    ['an image that runs as root', {}, '', /^container has runAsNonRoot and image will run as root/],
    [
      'an image whose user is a name',
      {},
      'app',
      /^container has runAsNonRoot and image has non-numeric user \(app\), cannot verify user is non-root/,
    ],
  ];
  for (const [what, context, imageUser, problem] of nonRoot) {
    it(`${problem ? 'refuses' : 'accepts'} ${what} under runAsNonRoot`, () => {
      const container = makeContainer('web', { securityContext: security({ runAsNonRoot: true, ...context }) });
      const make = (): unknown => specOf(container, undefined, imageUser);
      if (problem) expect(make).to.throw(problem);
      else make();
    });
  }

  it('names the definition by what may change in place', () => {
    const base = makeContainer('web');
    expect(specHash({ ...base, env: [value('A', '1')] })).to.equal(specHash(base));
    expect(specHash({ ...base, image: 'web:2' })).not.to.equal(specHash(base));
  });
});

describe('sandboxSpec', () => {
  const port = { name: '', containerPort: 80, hostPort: 8080, hostIp: '', protocol: '' };

  it('publishes host ports and names the host', () => {
    const spec = sandboxSpec(
      makePod('p', { containers: [makeContainer('web', { ports: [port, { ...port, hostPort: 0 }] })] }),
      3,
      'n1',
    );
    expect(spec).to.deep.include({
      attempt: 3,
      hostname: 'p',
      hostPorts: [{ containerPort: 80, hostPort: 8080, hostIp: '', protocol: 'TCP' }],
    });
  });

  it('publishes nothing on the network of the host', () => {
    const spec = sandboxSpec(makePod('p', { hostNetwork: true, containers: [makeContainer('web', { ports: [port] })] }), 0, 'n1');
    expect(spec).to.deep.include({ hostNetwork: true, hostname: 'n1', hostPorts: [] });
  });

  it('cuts a long name to what the kernel takes', () => {
    const { hostname } = sandboxSpec(makePod(`${'x'.repeat(62)}-rest`), 0, 'n1');
    expect(hostname).to.equal('x'.repeat(62));
  });
});

describe('qosClass', () => {
  const amounts = { cpuMillis: 100, memoryBytes: 2 ** 30 };
  const rows = [
    ['BestEffort', undefined, 1000],
    ['Burstable', { requests: { memoryBytes: 2 ** 32 }, limits: undefined }, 500],
    ['Guaranteed', { requests: amounts, limits: amounts }, -997],
  ] as const;
  for (const [expected, resources, score] of rows) {
    it(`is ${expected}, with OOM score ${score}`, () => {
      const container = makeContainer('web', { resources });
      const { spec } = makePod('p', { containers: [container] });
      expect(qosClass(spec)).to.equal(expected);
      expect(oomScoreAdj(spec, container, 2 ** 33)).to.equal(score);
    });
  }
});

describe('wantedMounts', () => {
  const mount: VolumeMount = {
    name: 'data',
    mountPath: '/data',
    readOnly: true,
    subPath: '',
    subPathExpr: '',
    mountPropagation: 'HostToContainer',
  };
  const volumes = new Map([['data', '/volumes/data']]);
  const wanted = (overrides: Partial<VolumeMount>) =>
    wantedMounts(makeContainer('web', { volumeMounts: [{ ...mount, ...overrides }] }), volumes, new Map([['POD', 'p']]));

  it('finds the volume', () => {
    expect(wanted({})[0]).to.deep.include({ volumePath: '/volumes/data', subPath: '' });
    expect(toMount(mount, '/volumes/data', undefined)).to.deep.equal({
      hostPath: '/volumes/data',
      containerPath: '/data',
      readOnly: true,
      propagation: 'rslave',
    });
  });

  it('lets nobody but the agent write what the agent writes', () => {
    const configMap = { name: 'c', items: [], defaultMode: 0o644, optional: false };
    const isReadOnly = (source: Volume['source']) =>
      toMount({ ...mount, readOnly: false }, '/volumes/data', { name: 'data', source }).readOnly;
    expect(isReadOnly({ $case: 'emptyDir', value: { medium: '', sizeLimitBytes: 0 } })).to.equal(false);
    expect(isReadOnly({ $case: 'configMap', value: configMap })).to.equal(true);
    expect(isReadOnly({ $case: 'projected', value: { sources: [], defaultMode: 0o644 } })).to.equal(true);
  });

  it('expands subPathExpr', () => {
    expect(wanted({ subPathExpr: 'logs/$(POD)' })[0]?.subPath).to.equal('logs/p');
    expect(() => wanted({ subPathExpr: '$(NONE)' })).to.throw('missing value for subPathExpr');
  });

  it('refuses what is not in the volume', () => {
    expect(() => wanted({ name: 'other' })).to.throw('volume "other" of container web not found');
    for (const subPath of ['/etc', '../x', 'a/../../x']) expect(() => wanted({ subPath })).to.throw('must be relative');
  });
});

describe('resolveSubPath', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await realpath(await mkdtemp(join(tmpdir(), 'sub-path-')));
    await mkdir(join(dir, 'volume'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('makes what is missing', async () => {
    expect(await resolveSubPath(join(dir, 'volume'), 'a/b')).to.equal(join(dir, 'volume/a/b'));
  });

  it('follows links inside the volume, and none out of it', async () => {
    await mkdir(join(dir, 'volume/real'));
    await symlink('real', join(dir, 'volume/inside'));
    await symlink(dir, join(dir, 'volume/outside'));
    expect(await resolveSubPath(join(dir, 'volume'), 'inside')).to.equal(join(dir, 'volume/real'));
    const thrown = await resolveSubPath(join(dir, 'volume'), 'outside/volume').catch((error: unknown) => String(error));
    expect(thrown).to.contain('leads out of its volume');
  });
});
