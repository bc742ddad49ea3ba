import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { get } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { ensureTestImage } from '../support/images.js';
import { eventually, LocalCluster } from '../support/local-cluster.js';
import { LongshoreCommand } from '../support/longshore-command.js';
import { deployment, pod, service, shell } from './kubectl/manifests.js';

const run = promisify(execFile);
const program = new URL('../../bin/longshore.js', import.meta.url).pathname;

/** One request on a connection of its own. */
async function fetchText(port: number): Promise<string> {
  const request = get({ host: '127.0.0.1', port, agent: false });
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
  return text(response);
}

describe('The longshore command on a cluster', function () {
  this.timeout(60_000);
  const cluster = new LocalCluster({ name: 'command', net: 24, nodes: 1 });
  let longshore: LongshoreCommand;
  let home: string;

  before(async function () {
    this.timeout(180_000);
    await ensureTestImage('busybox');
    await cluster.up();
    home = await mkdtemp(join(tmpdir(), 'longshore-command-'));
    longshore = new LongshoreCommand({ kubeconfig: cluster.layout.kubeconfig, home });
    const talking = pod('talking', [
      shell('main', 'echo one; echo two; while ! [ -f /tmp/go ]; do sleep 0.1; done; echo the end; exec sleep 3600'),
      shell('other', 'echo from the other; exec sleep 3600'),
    ]);
    const items = [deployment('web'), service('web'), talking];
    await longshore.ok('apply -f - --wait --timeout 60s', JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  });
  afterEach(() => longshore.stop());
  after(async () => {
    await cluster.down();
    await rm(home, { recursive: true, force: true });
  });

  it('returns from apply --wait once all is as wanted', async () => {
    expect(await longshore.ok('get deployment web --no-headers')).to.match(/^web +2\/2 +2 +2 /);
    expect(await longshore.ok('get pod talking --no-headers')).to.match(/^talking +2\/2 +Running /);
  });

  it('says why apply --wait gave up', async () => {
    const broken = pod('broken', [{ name: 'main', image: 'longshore-test/absent:1', imagePullPolicy: 'Never' }]);
    const { code, stderr } = await longshore.run('apply -f - --wait --timeout 2s', { stdin: JSON.stringify(broken) });
    expect(code).to.equal(5);
    expect(stderr).to.match(/pod\/broken is not Ready after 2 s: Ready=False/);
    expect(stderr).to.contain('container main waits: ErrImageNeverPull');
    expect(stderr).to.match(/Warning ErrImageNeverPull pod\/broken: /);
    await longshore.ok('delete pod broken --force');
  });

  it('describes what runs', async () => {
    const described = await longshore.ok('describe pod talking');
    expect(described).to.match(/\nNode: +node-1\/10\./);
    expect(described).to.match(/\n {4}State: +Running\n/);
    for (const reason of ['Scheduled', 'Created', 'Started']) expect(described).to.match(new RegExp(`\\n {2}Normal +${reason} `));
    expect(await longshore.ok('describe deployment web')).to.match(/\nReplica Sets:\n.*\n {2}1 +web-\w+ +2 +2\n/);
    expect(await longshore.ok('describe svc web')).to.match(
      /\n {2}http +80\/TCP +http +<none> +10\.124\.0\.\d+:8080, 10\.124\.0\.\d+:8080\n/,
    );
    const node = await longshore.ok('describe node node-1');
    expect(node).to.match(/\n {2}default +talking +0/);
    expect(node).to.match(/\n {2}cpu +20m \(\d+%\) /);
  });

  describe('logs', () => {
    it('prints a container’s, some lines of it, and those of all containers', async () => {
      expect(await longshore.ok('logs talking -c main')).to.equal('one\ntwo\n');
      expect(await longshore.ok('logs talking -c main --tail 1')).to.equal('two\n');
      expect(await longshore.ok('logs talking --all-containers')).to.equal('one\ntwo\nfrom the other\n');
      expect(await longshore.ok('logs talking -c other --timestamps')).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z from the other\n$/);
      const { stdout, stderr } = await longshore.run('logs talking');
      expect({ stdout, stderr }).to.deep.equal({
        stdout: 'one\ntwo\n',
        stderr: 'Defaulted container "main" out of: main, other\n',
      });
      expect(await longshore.ok('logs -l app=talking -c other --prefix')).to.equal('[pod/talking/other] from the other\n');
    });

    it('follows until Ctrl-C', async () => {
      const following = longshore.start('logs -f talking -c main --tail 0');
      let output = '';
      following.stdout?.setEncoding('utf8').on('data', (part: string) => (output += part));
      await longshore.ok('exec talking -c main -- touch /tmp/go');
      await eventually('the line that was written meanwhile', 10_000, async () => output === 'the end\n' || output);
      following.kill('SIGINT');
      expect(await once(following, 'close')).to.deep.equal([130, null]);
    });
  });

  describe('exec', () => {
    it('ends with the code of the command, and keeps its two outputs apart', async () => {
      const result = await longshore.run(['exec', 'talking', '-c', 'main', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7']);
      expect(result).to.deep.equal({ code: 7, stdout: 'out\n', stderr: 'err\n' });
    });

    it('hands standard input over, all of it', async () => {
      const input = 'line\n'.repeat(100_000);
      const { code, stdout } = await longshore.run('exec -i talking -c main -- md5sum', { stdin: input });
      expect(code).to.equal(0);
      expect(stdout).to.equal(`${createHash('md5').update(input).digest('hex')}  -\n`);
    });

    it('gives a terminal of the size of its own', async () => {
      // The size follows the start of the command, as kubectl's does.
      const command = `sh -c 'tty; until stty size 2>/dev/null | grep -v "^0"; do sleep 0.1; done'`;
      const exec = `${process.execPath} ${program} exec -it talking -c main -- ${command}`;
      const inside = `stty rows 33 cols 99; KUBECONFIG=${cluster.layout.kubeconfig} ${exec}`;
      const { stdout } = await run('script', ['-qec', inside, '/dev/null'], { timeout: 20_000 });
      expect(stdout).to.match(/^\/dev\/pts\/\d+\r+\n33 99\r+\n$/);
    });

    it('finds a pod of a deployment, and says which containers there are', async () => {
      expect(await longshore.ok('exec deployment/web -- hostname')).to.match(/^web-\w+-\w+\n$/);
      const { code, stderr } = await longshore.run('exec talking -c absent -- true');
      expect(code).to.equal(2);
      expect(stderr).to.equal('longshore: pod talking has no container absent; it has main, other\n');
    });
  });

  describe('port-forward', () => {
    it('reaches a service’s pods, one request after another, until Ctrl-C', async () => {
      const forwarding = longshore.start('port-forward svc/web :80 --address 127.0.0.1');
      let output = '';
      for (const stream of [forwarding.stdout, forwarding.stderr])
        stream?.setEncoding('utf8').on('data', (part: string) => (output += part));
      await eventually('it listens', 10_000, async () => /^Forwarding from 127\.0\.0\.1:\d+ -> 8080\n/.test(output) || output);
      const port = Number(/:(\d+) ->/.exec(output)?.[1]);
      for (let round = 0; round < 3; round++) expect(await fetchText(port), output).to.match(/^web-\w+-\w+\n$/);
      forwarding.kill('SIGINT');
      expect(await once(forwarding, 'close')).to.deep.equal([130, null]);
    });

    it('says that nothing listens, and which ports there are', async () => {
      const { code, stderr } = await longshore.run('port-forward svc/web 8080:81');
      expect(code).to.equal(2);
      expect(stderr).to.equal('longshore: service web has no port 81; it has 80 (http)\n');
    });
  });

  describe('delete', () => {
    it('deletes by label and waits until containers have ended', async () => {
      expect(await longshore.ok('delete pods -l app=talking')).to.equal('pod "talking" deleted\n');
      expect((await longshore.run('get pod talking')).code).to.equal(3);
    });
  });
});
