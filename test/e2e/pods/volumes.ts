import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { eventually } from '../../support/local-cluster.js';
import { isReady } from '../../support/pod-watch.js';
import { container, guestbook, pod, readLogs, type Scene, waits } from './scene.js';

/** Volumes, the service account's among them, and what containers of one pod share. */
export function describeVolumes(scene: () => Scene): void {
  let hostDirectory: string;

  before(async () => {
    hostDirectory = await mkdtemp(join(tmpdir(), 'longshore-host-path-'));
    await writeFile(join(hostDirectory, 'given'), 'from the host\n');
    await scene().user.apply(configMap('first'), secret, ...podsOf(hostDirectory));
  });
  after(() => rm(hostDirectory, { recursive: true, force: true }));

  it('shares directories, on disk and in memory, and the network between containers', async () => {
    await scene().pods.until('shared', (found) => found?.status?.phase === 'Succeeded');
    expect(await readLogs(scene(), 'shared', '-c', 'reader')).to.equal('on disk\nin memory\ntmpfs\nby localhost\n');
  });

  it('mounts ConfigMaps, Secrets and the pod itself as files with their modes, which nobody else can write', async () => {
    await scene().pods.until('mounted', isReady);
    await eventually('its output', 5_000, async () => (await readLogs(scene(), 'mounted')).includes('end of files'));
    expect((await readLogs(scene(), 'mounted')).split('end of files')[0]?.trimEnd().split('\n')).to.deep.equal([
      'first',
      'chosen 640 first',
      'word 400 hush',
      'app="shown"',
      'from the host',
      ...Array<string>(3).fill('Read-only file system'),
    ]);
    expect(await readFile(join(hostDirectory, 'taken'), 'utf8')).to.equal('from the pod\n');
  });

  it('shows a changed ConfigMap to the running pod', async () => {
    await scene().user.apply(configMap('second'));
    await eventually('the new value', 5_000, async () => (await readLogs(scene(), 'mounted', '--tail=1')).trim() === 'second');
  });

  it('lets a pod ask the API as its service account', async () => {
    await scene().pods.until('account', (found) => found?.status?.phase === 'Succeeded');
    const [own, wrong] = (await readLogs(scene(), 'account')).trimEnd().split('\n');
    expect(own).to.match(/^403 pods is forbidden: User "system:serviceaccount:default:default" cannot list resource "pods"/);
    expect(wrong).to.match(/^401 Unauthorized/);
  });

  it('shows each container the processes of the others when it is asked to', async () => {
    await scene().pods.until('processes', (found) => found?.status?.phase === 'Succeeded');
    expect(await readLogs(scene(), 'processes', '-c', 'looks')).to.contain('sleep 4242');
  });

  it('publishes a port of the node', async () => {
    await scene().pods.until('published', isReady);
    expect(await (await fetch('http://127.0.0.1:20777/')).text()).to.equal('published\n');
  });
}

const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'words' }, stringData: { word: 'hush' } };

const configMap = (value: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'files' }, data: { key: value } });

/** Prints its files, tries to write where it must not, and goes on printing what may change. */
const mountedScript = `cat /config/key; echo
stat -L -c '%n %a' /items/chosen | sed 's,.*/,,' | tr '\\n' ' '; cat /items/chosen; echo
stat -L -c '%n %a' /secret/word | sed 's,.*/,,' | tr '\\n' ' '; cat /secret/word; echo
grep app /me/labels
cat /host/given; echo 'from the pod' > /host/taken
for place in config secret me; do touch /$place/file 2>&1 | sed 's/.*: //'; done
echo end of files
while :; do cat /config/key; echo; sleep 0.2; done`;

/** With its own token, then with a wrong one. */
const accountScript = `
const { readFileSync } = require('node:fs');
const directory = '/var/run/secrets/kubernetes.io/serviceaccount/';
const read = (name) => readFileSync(directory + name, 'utf8');
const ask = (token) => new Promise((resolve, reject) => {
  const options = { ca: read('ca.crt'), headers: { authorization: 'Bearer ' + token }, agent: false };
  const path = '/api/v1/namespaces/' + read('namespace') + '/pods';
  require('node:https').get('https://kubernetes.default.svc' + path, options, (response) => {
    let body = '';
    response.on('data', (chunk) => (body += chunk)).on('end', () => resolve(response.statusCode + ' ' + JSON.parse(body).message));
  }).on('error', reject);
});
(async () => { console.log(await ask(read('token'))); console.log(await ask('wrong')); })();
`;

function podsOf(hostDirectory: string): object[] {
  const mount = (name: string, mountPath: string) => ({ name, mountPath });
  const emptyDirs = [mount('disk', '/disk'), mount('memory', '/memory')];
  const once = { restartPolicy: 'Never' };
  return [
    pod('shared', {
      ...once,
      volumes: [
        { name: 'disk', emptyDir: {} },
        { name: 'memory', emptyDir: { medium: 'Memory' } },
      ],
      containers: [
        container('writer', 'echo on disk > /disk/a; echo in memory > /memory/a; echo by localhost | nc -l -p 8000', {
          volumeMounts: emptyDirs,
        }),
        container(
          'reader',
          `until cat /disk/a /memory/a 2>/dev/null; do sleep 0.1; done
           awk '$2 == "/memory" { print $3 }' /proc/mounts
           until nc 127.0.0.1 8000 2>/dev/null; do sleep 0.1; done`,
          { volumeMounts: emptyDirs },
        ),
      ],
    }),
    pod(
      'mounted',
      {
        volumes: [
          { name: 'config', configMap: { name: 'files' } },
          { name: 'items', configMap: { name: 'files', items: [{ key: 'key', path: 'chosen', mode: 0o640 }] } },
          { name: 'secret', secret: { secretName: 'words', defaultMode: 0o400 } },
          { name: 'me', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
          { name: 'host', hostPath: { path: hostDirectory, type: 'Directory' } },
        ],
        containers: [
          container('web', mountedScript, {
            volumeMounts: ['config', 'items', 'secret', 'me', 'host'].map((name) => mount(name, `/${name}`)),
          }),
        ],
      },
      { labels: { app: 'shown' } },
    ),
    pod('account', { ...once, containers: [{ name: 'web', image: guestbook, command: ['node', '-e', accountScript] }] }),
    pod('processes', {
      ...once,
      shareProcessNamespace: true,
      containers: [
        container('looks', 'until ps | grep -q "sleep 424[2]"; do sleep 0.1; done; ps; killall sleep'),
        container('sleeps', 'sleep 4242; exit 0'),
      ],
    }),
    pod('published', {
      containers: [
        container('web', `mkdir /www; echo published > /www/index.html; httpd -p 8080 -h /www; ${waits}`, {
          ports: [{ containerPort: 8080, hostPort: 20_777, hostIP: '127.0.0.1' }],
          readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
        }),
      ],
    }),
  ];
}
