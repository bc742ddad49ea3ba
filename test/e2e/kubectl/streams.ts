import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

import { expect } from 'chai';

import type { Pod } from '../../../lib/kubernetes/types/core-v1.js';
import type { ClusterUser } from '../../support/cluster-user.js';
import { eventually } from '../../support/local-cluster.js';
import { pod, shell, sleeper } from './manifests.js';
import { type Following, type Scene, SceneCommands } from './scene.js';

/** Answers on 127.0.0.1 only, with a page of 300 kB. */
const serve = 'mkdir /www; head -c 300000 /dev/zero | tr "\\0" x > /www/index.html; exec httpd -f -p 127.0.0.1:8080 -h /www';
const page = 300_000;

/** exec, attach, cp and port-forward on running pods. */
export function describeStreams(scene: () => Scene, user: () => ClusterUser): void {
  const kubectl = new SceneCommands(scene);
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'longshore-streams-'));
    const manifests = [
      pod('server', [shell('main', serve), shell('other', 'exec sleep 3600')]),
      pod('echo', [shell('main', 'while read -r line; do echo "got $line"; done; exec sleep 3600', { stdin: true })]),
      sleeper('quiet'),
    ];
    for (const manifest of manifests) await kubectl.ok('create -f -', manifest);
    await kubectl.ok('wait --for=condition=Ready pod/server pod/echo pod/quiet --timeout=30s');
  });
  after(async () => {
    await rm(dir, { recursive: true, force: true });
    await kubectl.ok('delete pod server echo quiet --wait=false');
  });

  const run = (args: string, command: readonly string[], stdin?: string): ReturnType<Scene['kubectl']['run']> =>
    scene().kubectl.run([...kubectl.words(args), '--', ...command], stdin === undefined ? {} : { stdin });

  /** Runs kubectl on a terminal of its own, of 91 columns and 33 rows. */
  const onTerminal = (command: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const line = `stty cols 91 rows 33; ${scene().kubectl.binary} -n ${scene().namespace} ${command}`;
      execFile(
        'script',
        ['-qec', line, '/dev/null'],
        { env: { ...scene().kubectl.env, SHELL: '/bin/sh' }, timeout: 20_000 },
        (error, out) => {
          if (error && typeof error.code !== 'number') reject(new Error(`script: ${error.message}`));
          else resolve(`${out.replaceAll('\r', '')}exit ${error?.code ?? 0}`);
        },
      );
    });

  /** Streams of users that the pod's node has open, as its agent counts them. */
  const openStreams = async (podName: string): Promise<number> => {
    const { spec } = await kubectl.json<Pod>(`get pod ${podName}`);
    const port = await user().healthPort(`kubelet-agent-${spec.nodeName ?? ''}`);
    const metrics = (await fetchBytes(`http://127.0.0.1:${port}/metrics`)).toString();
    const values = metrics.matchAll(/^longshore_kubelet_open_streams\{.*\} (\d+)$/gm);
    return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
  };
  const nothingLeft = (podName: string): Promise<void> =>
    eventually('no stream is left open', 20_000, async () => {
      const count = await openStreams(podName);
      return count === 0 || `${count} are open`;
    });

  describe('exec', () => {
    it('keeps stdout and stderr apart and ends with the exit code of the command', async () => {
      const { code, stdout, stderr } = await run('exec quiet', ['sh', '-c', 'echo out; echo err >&2; exit 7']);
      expect({ code, stdout }).to.deep.equal({ code: 7, stdout: 'out\n' });
      expect(stderr).to.match(/^err\n(error: )?command terminated with (non-zero )?exit code:? 7\n$/);
      expect((await run('exec quiet', ['no-such-program'])).stdout).to.contain('executable file not found');
    });

    it('carries a megabyte through a command unharmed', async () => {
      const sent = randomBytes(750_000).toString('base64');
      const { code, stdout } = await run('exec -i quiet', ['sh', '-c', 'cat; exit 3'], sent);
      expect(stdout === sent, `${stdout.length} of ${sent.length} characters`).to.equal(true);
      expect(code).to.equal(3);
    });

    it('gives a command a terminal, and tells it the size', async () => {
      const wait = 'while [ "$(stty size 2>&1)" != "33 91" ]; do sleep 0.05; done; tty; stty size; exit 4';
      expect(await onTerminal(`exec -it quiet -- sh -c '${wait}'`)).to.match(/\/dev\/(pts\/\d+|console)\n33 91\n.*exit 4$/s);
    });

    it('says what is wrong with the pod or the container', async () => {
      expect((await run('exec absent', ['true'])).stderr).to.contain('pods "absent" not found');
      expect((await run('exec server -c absent', ['true'])).stderr).to.contain('container absent is not valid for pod server');
    });

    it('leaves nothing on the node when kubectl goes away', async () => {
      {
        await using going = kubectl.follow('exec -i quiet -- sleep 3600');
        await eventually('it runs', 10_000, async () => (await openStreams('quiet')) === 1 || going.output);
      }
      await nothingLeft('quiet');
    });
  });

  it('attaches to what a container runs, with its stdin', async () => {
    await using attached = kubectl.follow('attach -i echo');
    attached.write('hello\n');
    await eventually('the answer', 10_000, async () => attached.output.includes('got hello\n') || attached.output);
  });

  it('copies files both ways', async () => {
    const content = randomBytes(2_000_000);
    await writeFile(join(dir, 'there'), content);
    await kubectl.ok(`cp ${join(dir, 'there')} ${scene().namespace}/quiet:/tmp/copied`);
    await kubectl.ok(`cp ${scene().namespace}/quiet:/tmp/copied ${join(dir, 'back')}`);
    expect(content.equals(await readFile(join(dir, 'back')))).to.equal(true);
  });

  describe('port-forward', () => {
    const forward = async (following: Following, ports: number): Promise<number[]> => {
      await eventually('it forwards', 10_000, async () => localPorts(following.output).length === ports || following.output);
      return localPorts(following.output);
    };

    it('carries 50 requests at the same time to a server that listens on 127.0.0.1 only', async () => {
      await using following = kubectl.follow('port-forward pod/server :8080');
      const [port] = await forward(following, 1);
      const answers = await Promise.all(Array.from({ length: 50 }, () => fetchBytes(`http://127.0.0.1:${port ?? 0}/`)));
      expect(answers.map(({ length }) => length)).to.deep.equal(Array(50).fill(page));
    });

    it('says why a port does not answer, and other clients go on', async () => {
      await using working = kubectl.follow('port-forward pod/server :8080');
      await using failing = kubectl.follow('port-forward pod/server :9999');
      const [bad] = await forward(failing, 1);
      const [good] = await forward(working, 1);
      expect(await fetchBytes(`http://127.0.0.1:${bad ?? 0}/`).catch(() => 'broken')).to.equal('broken');
      await eventually(
        'the reason',
        5_000,
        async () => /forwarding port 9999 to pod .*ECONNREFUSED/.test(failing.output) || failing.output,
      );
      expect((await fetchBytes(`http://127.0.0.1:${good ?? 0}/`)).length).to.equal(page);
    });
  });

  it('reads the page of a server in a pod through the API', async () => {
    const path = `/api/v1/namespaces/${scene().namespace}/pods/server:8080/proxy/index.html`;
    expect((await scene().kubectl.ok(['get', '--raw', path])).length).to.equal(page);
  });

  it('holds up what is stalled and nothing else', async () => {
    await using stalled = kubectl.follow('exec server -c other -- cat /dev/zero');
    await eventually('it floods', 10_000, async () => stalled.output.length > 0);
    stalled.signal('SIGSTOP');
    await using forwarding = kubectl.follow('port-forward pod/server :8080');
    await eventually('it forwards', 10_000, async () => localPorts(forwarding.output).length === 1 || forwarding.output);
    const [port] = localPorts(forwarding.output);
    expect((await run('exec server -c main', ['echo', 'still here'])).stdout).to.equal('still here\n');
    expect((await fetchBytes(`http://127.0.0.1:${port ?? 0}/`)).length).to.equal(page);
    expect(await kubectl.ok('logs server -c main')).to.equal('');
    expect(await kubectl.ok('get nodes')).to.not.contain('NotReady');
  });

  it('ends with a reason when the kubelet agent is killed', async () => {
    const { spec } = await kubectl.json<Pod>('get pod quiet');
    await using following = kubectl.follow('exec -i quiet -- sleep 3600');
    await eventually('it runs', 10_000, async () => (await openStreams('quiet')) > 0);
    const node = user().cluster.node(spec.nodeName ?? '');
    await node.killKubeletAgent();
    expect(await following.ended()).to.contain('the connection to the kubelet agent broke');
    await node.start();
    await eventually('commands run again', 20_000, async () => (await run('exec quiet', ['echo', 'back'])).stdout === 'back\n');
  });
}

/** As kubectl says them, of 127.0.0.1. */
function localPorts(output: string): number[] {
  return [...output.matchAll(/Forwarding from 127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
}

function fetchBytes(url: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => void buffer(response).then(resolve, reject)).on('error', reject);
  });
}
