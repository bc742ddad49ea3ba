import { expect } from 'chai';

import { isReady, reasonOf } from '../../support/pod-watch.js';
import { container, pod, readLogs, type Scene, waits } from './scene.js';

/** Commands, environment, limits, security: what a container is started with. */
export function describeConfiguration(scene: () => Scene): void {
  const apply = (...objects: object[]) => scene().user.apply(...objects);
  const { env, resources } = environment();
  const once = { restartPolicy: 'Never' };
  const finished = async (name: string): Promise<string[]> => {
    await scene().pods.until(name, (found) => found?.status?.phase === 'Succeeded');
    return (await readLogs(scene(), name)).trimEnd().split('\n');
  };

  before(() =>
    apply(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { who: 'world', COLOUR: 'red' } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'hidden' }, stringData: { word: 'hush' } },
      pod(
        'environment',
        {
          ...once,
          containers: [
            container('web', '', {
              command: ['sh', '-c', 'echo "$0 $1 in $(pwd)"; env', '$(GREETING)'],
              args: ['$$(GREETING) $(NONE)'],
              workingDir: '/tmp',
              env,
              envFrom: [{ prefix: 'MAP_', configMapRef: { name: 'settings' } }, { secretRef: { name: 'hidden' } }],
              resources,
            }),
          ],
        },
        { labels: { app: 'shown' }, annotations: { note: 'noted' } },
      ),
      pod('limited', { ...once, containers: [container('web', limitsScript, { resources })] }),
      pod('confined', {
        ...once,
        securityContext: { runAsUser: 1000, runAsGroup: 1001, fsGroup: 1002 },
        containers: [
          container('web', 'id; grep CapBnd /proc/self/status; touch /file 2>&1 || echo refused', {
            securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } },
          }),
          container('privileged', 'grep CapEff /proc/self/status', { securityContext: { privileged: true, runAsUser: 0 } }),
        ],
      }),
      pod('root', { securityContext: { runAsNonRoot: true }, containers: [container('web', waits)] }),
      pod('early', {
        containers: [container('web', waits, { envFrom: [{ configMapRef: { name: 'late' } }] })],
      }),
      pod('named', {
        ...once,
        hostname: 'chosen',
        subdomain: 'group',
        hostAliases: [{ ip: '10.9.8.7', hostnames: ['alias.test', 'other.test'] }],
        containers: [container('web', 'hostname; cat /etc/hosts /etc/resolv.conf')],
      }),
      pod('own-resolver', {
        ...once,
        dnsPolicy: 'None',
        dnsConfig: { nameservers: ['127.0.0.9'], searches: ['test'], options: [{ name: 'ndots', value: '1' }] },
        containers: [container('web', 'cat /etc/resolv.conf')],
      }),
    ),
  );

  it('expands command, arguments and environment', async () => {
    const [first, ...variables] = await finished('environment');
    expect(first).to.equal('hello world $(GREETING) $(NONE) in /tmp');
    const { status, spec } = await scene().pods.until('environment', Boolean);
    expect(variables).to.include.members([
      'WHO=world',
      'WORD=hush',
      'word=hush',
      'MAP_COLOUR=red',
      'NAME=environment',
      'NAMESPACE=default',
      `NODE=${spec.nodeName ?? ''}`,
      `HOST_IP=${status?.hostIP ?? ''}`,
      `POD_IP=${status?.podIP ?? ''}`,
      'APP=shown',
      'NOTE=noted',
      'ACCOUNT=default',
      'CPU=1',
      'MEMORY=64',
      'KUBERNETES_SERVICE_PORT=443',
    ]);
  });

  it('limits cpu and memory', async () => {
    expect(await finished('limited')).to.deep.equal([String(64 * 2 ** 20), '25000', '102']);
  });

  it('runs as the user, with the capabilities and on the file system that it is told', async () => {
    await scene().pods.until('confined', (found) => found?.status?.phase === 'Succeeded');
    const web = await readLogs(scene(), 'confined', '-c', 'web');
    expect(web).to.match(/uid=1000\S* gid=1001 groups=.*1002/);
    expect(web).to.contain('CapBnd:\t0000000000000400');
    expect(web).to.match(/Read-only file system\nrefused/);
    const mask = (await readLogs(scene(), 'confined', '-c', 'privileged')).split('\t')[1] ?? '0';
    const sysAdmin = 1n << 21n;
    expect(BigInt(`0x${mask.trim()}`) & sysAdmin).to.equal(sysAdmin);
  });

  it('refuses root where it must not be', async () => {
    const found = await scene().pods.until('root', (seen) => reasonOf(seen) === 'CreateContainerConfigError');
    expect(found.status?.containerStatuses?.[0]?.state?.waiting?.message).to.contain(
      'container has runAsNonRoot and image will run as root',
    );
    expect(found.status?.phase).to.equal('Pending');
  });

  it('waits for configuration that does not exist yet', async () => {
    const found = await scene().pods.until('early', (seen) => reasonOf(seen) === 'CreateContainerConfigError');
    expect(found.status?.containerStatuses?.[0]?.state?.waiting?.message).to.equal('configmap "late" not found');
    await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late' }, data: { a: 'b' } });
    await scene().pods.until('early', isReady, 5_000);
  });

  it('writes /etc/hosts and /etc/resolv.conf', async () => {
    const lines = await finished('named');
    const { status } = await scene().pods.until('named', Boolean);
    expect(lines[0]).to.equal('chosen');
    expect(lines).to.include(`${status?.podIP ?? ''}\tchosen.group.default.svc.cluster.local\tchosen`);
    expect(lines).to.include('10.9.8.7\talias.test\tother.test');
    expect(lines).to.include('search default.svc.cluster.local svc.cluster.local cluster.local');
    expect(lines.find((line) => line.startsWith('options'))).to.contain('ndots:5');
    expect(await finished('own-resolver')).to.have.members(['nameserver 127.0.0.9', 'search test', 'options ndots:1']);
  });
}

/** Memory limit, cpu quota and cpu shares, whichever cgroup version the machine has. */
const limitsScript = `cd /sys/fs/cgroup
if [ -f memory.max ]; then cat memory.max; cut -d' ' -f1 cpu.max; echo 102
else cat memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us cpu/cpu.shares; fi`;

function environment() {
  const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  return {
    resources: { requests: { cpu: '100m', memory: '32Mi' }, limits: { cpu: '250m', memory: '64Mi' } },
    env: [
      { name: 'WHO', valueFrom: { configMapKeyRef: { name: 'settings', key: 'who' } } },
      { name: 'WORD', valueFrom: { secretKeyRef: { name: 'hidden', key: 'word' } } },
      { name: 'GREETING', value: 'hello $(WHO)' },
      field('NAME', 'metadata.name'),
      field('NAMESPACE', 'metadata.namespace'),
      field('APP', "metadata.labels['app']"),
      field('NOTE', "metadata.annotations['note']"),
      field('NODE', 'spec.nodeName'),
      field('ACCOUNT', 'spec.serviceAccountName'),
      field('HOST_IP', 'status.hostIP'),
      field('POD_IP', 'status.podIP'),
      { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
      { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
    ],
  };
}
