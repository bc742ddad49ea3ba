import { createServer, type IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Duplex } from 'node:stream';

import { expect } from 'chai';

import { tlsOptionsOf } from '../../lib/kubernetes-client/access.js';
import { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { openAttach, openExec, type ExecOptions } from '../../lib/kubernetes-client/streams/open-process.js';
import { openPort } from '../../lib/kubernetes-client/streams/open-port.js';
import type { RemoteProcess } from '../../lib/kubernetes-client/streams/remote-process.js';
import { SpdyConnection } from '../../lib/spdy/spdy-connection.js';
import type { FakeMain } from '../../kubelet-agent/runtime/fake/fake-process.js';
import { StreamScene } from '../support/stream-scene.js';

/** What a flood has written so far. */
let flooded = 0;
const chunk = Buffer.alloc(32 * 1024, 'x');

const mains: Record<string, FakeMain> = {
  cat: async ({ stdin, write }) => {
    for await (const piece of stdin as AsyncIterable<Buffer>) await write(piece);
    return 0;
  },
  fail: async ({ write }) => {
    await write('out\n');
    await write('err\n', 'stderr');
    return 7;
  },
  flood: async ({ write }) => {
    for (flooded = 0; flooded < 1024 ** 3; flooded += chunk.length) await write(chunk);
    return 0;
  },
  /** Reads no stdin. */
  deaf: () => new Promise(() => undefined),
  size: async ({ size, write }) => {
    while (size.rows === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await write(`${size.rows} ${size.columns}`);
    return 0;
  },
};

/** Says what it was asked. */
const site = createServer((incoming, response) => {
  void text(incoming).then((body) => {
    expect(incoming.headers).to.not.have.property('authorization');
    response.writeHead(201, { 'x-of-the-pod': 'yes' });
    response.end(JSON.stringify({ method: incoming.method, url: incoming.url, body }));
  });
});

describe('streams between a client and a pod', function () {
  this.timeout(30_000);
  let scene: StreamScene;
  const closers: (() => void)[] = [];

  before(async () => {
    scene = await StreamScene.start();
    await scene.runPod('web', {
      output: ['hello'],
      process: ([name = '']) => mains[name],
      onInput: (line, container) => container.write(`got ${line.trim()}`),
      ports: {
        80: (connection) => connection.pipe(connection),
        81: (connection) => void connection.pause(),
        8080: (connection) => void site.emit('connection', connection),
      },
    });
    await scene.runPod('pair', {}, ['a', 'b']);
  });
  after(() => scene.stop());
  afterEach(async () => {
    for (const close of closers.splice(0)) close();
    await until('no stream is left open', async () => (await scene.openStreams()) === 0);
  });

  const exec = async (command: readonly string[], options: Partial<ExecOptions> = {}): Promise<RemoteProcess> => {
    const all = { namespace: 'default', pod: 'web', command, stdin: false, tty: false, ...options };
    const process = await openExec(await scene.access(), all);
    closers.push(() => process.close());
    return process;
  };
  const port = async (number: number): Promise<Duplex> => {
    const connection = await openPort(await scene.access(), { namespace: 'default', pod: 'web', port: number });
    closers.push(() => connection.destroy());
    return connection;
  };
  const passes = async (): Promise<void> => {
    const echo = await exec(['cat'], { stdin: true });
    echo.stdin?.end('still here');
    expect(await text(echo.stdout)).to.equal('still here');
    const connection = await port(80);
    connection.end('and here');
    expect(await text(connection)).to.equal('and here');
    const client = new ApiClient(await scene.access());
    expect(await text(await client.logs('web'))).to.contain('hello');
    client.close();
    await scene.heartbeat();
  };

  it('run a command, each output by itself, and tell its exit code', async () => {
    const process = await exec(['fail']);
    const [stdout, stderr] = await Promise.all([text(process.stdout), process.stderr && text(process.stderr)]);
    expect({ stdout, stderr, exit: await process.exit }).to.deep.equal({ stdout: 'out\n', stderr: 'err\n', exit: { code: 7 } });
  });

  it('carry megabytes through a command unharmed', async () => {
    const process = await exec(['cat'], { stdin: true });
    const sent = Buffer.alloc(5 * 1024 * 1024, 'all of it ');
    process.stdin?.end(sent);
    const received = await text(process.stdout);
    expect(received === sent.toString(), `${received.length} of ${sent.length}`).to.equal(true);
    expect(await process.exit).to.deep.equal({ code: 0 });
  });

  it('tell a terminal its size', async () => {
    const process = await exec(['size'], { stdin: true, tty: true });
    process.resize(132, 43);
    expect(await text(process.stdout)).to.equal('43 132');
    expect(process.stderr).to.equal(undefined);
  });

  it("connect to a container's own process", async () => {
    const process = await openAttach(await scene.access(), { namespace: 'default', pod: 'web', stdin: true, tty: false });
    closers.push(() => process.close());
    process.stdin?.write('a line\n');
    const line = await new Promise<string>((resolve) => process.stdout.once('data', (data: Buffer) => resolve(data.toString())));
    expect(line).to.equal('got a line\n');
  });

  it('hold up a process whose output nobody reads, and nothing else of the node', async () => {
    await Promise.all([1, 2, 3].map(() => exec(['flood'])));
    await settles(() => flooded);
    const stalled = flooded;
    await passes();
    expect(flooded, 'the process waits').to.equal(stalled);
    // What sockets on the way hold, and a window on each hop.
    expect(flooded).to.be.within(1, 64 * 1024 * 1024);
  });

  it('hold up a client whose input nobody reads, and nothing else; its leaving is heard all the same', async () => {
    const deaf = await exec(['deaf'], { stdin: true });
    deaf.stdin?.write(Buffer.alloc(64 * 1024 * 1024));
    const closed = await port(81);
    closed.write(Buffer.alloc(64 * 1024 * 1024));
    await settles(async () => scene.openStreams());
    await passes();
  });

  it('carry 50 connections to a port at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const connection = await port(80);
        connection.end(`${index} `.repeat(10_000));
        return (await text(connection)) === `${index} `.repeat(10_000);
      }),
    );
    expect(answers).to.deep.equal(Array(50).fill(true));
  });

  it('say why a port cannot be connected to', async () => {
    const connection = await port(9_999);
    const error = await new Promise<Error>((resolve) => connection.once('error', resolve));
    expect(error.message).to.match(/error forwarding port 9999 to pod default\/web.*connection refused/);
  });

  it('let a client go that disconnects while its process is silent', async () => {
    const process = await exec(['deaf']);
    await until('the stream is open', async () => (await scene.openStreams()) === 1);
    process.close();
  });

  describe('of HTTP requests to a pod', () => {
    const path = '/api/v1/namespaces/default';
    const ask = async (tail: string, options: { method?: string; body?: string } = {}): Promise<Answer> =>
      answer(scene, `${path}/${tail}`, { authorization: 'Bearer secret' }, options);

    it('carry method, path, query and body there, and the answer back', async () => {
      const { status, body, headers } = await ask('pods/web:8080/proxy/a%20b?c=d%2Fe', { method: 'POST', body: 'said' });
      expect(status).to.equal(201);
      expect(headers).to.include({ 'x-of-the-pod': 'yes' });
      expect(JSON.parse(body)).to.deep.equal({ method: 'POST', url: '/a%20b?c=d%2Fe', body: 'said' });
      expect(JSON.parse((await ask('pods/web:8080/proxy')).body)).to.include({ method: 'GET', url: '/' });
    });

    it('say what is wrong with their name, or their pod', async () => {
      expect((await ask('pods/ftp:web:21/proxy/')).body).to.contain('invalid proxy request');
      expect((await ask('pods/none:80/proxy/')).body).to.contain('pods \\"none\\" not found');
      expect((await ask('pods/web:none/proxy/')).body).to.contain('has no port');
      expect(await ask('pods/web:9999/proxy/')).to.include({ status: 503 });
    });

    it('reach a ready pod of a Service', async () => {
      const { resources } = scene.plane;
      await resources.client('services').create({
        ...{ apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'default', name: 'site' } },
        spec: { clusterIP: '10.96.0.77', type: 'ClusterIP', ports: [{ port: 80, protocol: 'TCP' }] },
      });
      expect((await ask('services/site/proxy/')).body).to.contain('no endpoints available for service');
      await resources.client('endpointslices.discovery.k8s.io').create({
        ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
        metadata: { namespace: 'default', name: 'site-1', labels: { 'kubernetes.io/service-name': 'site' } },
        ports: [{ name: '', port: 8080, protocol: 'TCP' }],
        endpoints: [{ addresses: ['10.244.1.2'], conditions: { ready: true }, targetRef: { kind: 'Pod', name: 'web' } }],
      });
      expect(JSON.parse((await ask('services/site:80/proxy/x')).body)).to.include({ url: '/x' });
    });
  });

  describe('that cannot be opened', () => {
    const reason = async (options: Partial<ExecOptions>): Promise<string> =>
      exec(['cat'], options).then(
        () => 'no error',
        (thrown: unknown) => (thrown as Error).message,
      );

    it('are refused with a Status before anything is upgraded', async () => {
      expect(await reason({ pod: 'none' })).to.equal('pods "none" not found');
      expect(await reason({ pod: 'pair' })).to.equal('a container name must be specified for pod pair, choose one of: [a b]');
      expect(await reason({ container: 'db' })).to.equal('container db is not valid for pod web');
      expect(await reason({ command: [] })).to.contain('you must specify at least one `command`');
      await scene.runPod('ended', {}, ['web']);
      const pod = await scene.plane.resources.client('pods').get('default', 'ended');
      scene.runtime.crash(pod?.metadata.uid ?? '', 'web');
      expect(await reason({ pod: 'ended' })).to.contain('container not found ("web")');
    });

    it('are refused to who may not', async () => {
      const access = await scene.accessOf('jane', ['developers']);
      const open = openExec(access, { namespace: 'default', pod: 'web', command: ['cat'], stdin: false, tty: false });
      expect(await open.catch((thrown: unknown) => (thrown as Error).message)).to.contain(
        'User "jane" cannot get resource "pods/exec"',
      );
    });

    it('are refused without an upgrade, and with one that is not known', async () => {
      const path = '/api/v1/namespaces/default/pods/web/exec?command=cat&stdout=true';
      const plain = new ApiClient(await scene.access());
      expect(await plain.get(path).catch((thrown: unknown) => (thrown as Error).message)).to.equal('Upgrade request required');
      plain.close();
      expect((await answer(scene, path, { connection: 'upgrade', upgrade: 'h2c' })).body).to.contain('unable to upgrade');
      expect((await answer(scene, '/version', { connection: 'upgrade', upgrade: 'h2c' })).body).to.contain('gitVersion');
    });
  });

  describe('over SPDY', () => {
    const upgraded = async (path: string, protocol: string): Promise<Duplex> => {
      const access = await scene.access();
      const headers = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': protocol };
      return new Promise((resolve, reject) => {
        const outgoing = request(new URL(path, access.server), {
          method: 'POST',
          headers,
          agent: false,
          ...tlsOptionsOf(access),
        });
        outgoing.on('upgrade', (_response, socket) => resolve(socket));
        outgoing.on('response', (response) => void text(response).then((body) => reject(new Error(body)), reject));
        outgoing.on('error', reject);
        outgoing.end();
      });
    };

    it('run a command as kubectl 1.20 does', async () => {
      const path = '/api/v1/namespaces/default/pods/web/exec?command=fail&stdout=true&stderr=true';
      const connection = new SpdyConnection(await upgraded(path, 'v4.channel.k8s.io, v3.channel.k8s.io'), { role: 'client' });
      const [error, stdout, stderr] = ['error', 'stdout', 'stderr'].map((name) =>
        connection.open(new Map([['streamtype', name]])),
      );
      if (!error || !stdout || !stderr) throw new Error('no streams');
      expect(await Promise.all([text(stdout), text(stderr)])).to.deep.equal(['out\n', 'err\n']);
      const status = JSON.parse(await text(error)) as object;
      expect(status).to.deep.include({ status: 'Failure', reason: 'NonZeroExitCode' });
      expect(status).to.have.nested.property('details.causes[0].message', '7');
      await connection.closed;
    });

    it('are refused a protocol that is not spoken', async () => {
      const path = '/api/v1/namespaces/default/pods/web/exec?command=fail&stdout=true';
      const refused = await upgraded(path, 'v1.channel.k8s.io').catch((thrown: unknown) => (thrown as Error).message);
      expect(refused).to.contain('unable to negotiate protocol: client supports [v1.channel.k8s.io]');
    });

    it('forward ports side by side: one that fails and one that stalls leave the others alone', async () => {
      const socket = await upgraded('/api/v1/namespaces/default/pods/web/portforward', 'portforward.k8s.io');
      const connection = new SpdyConnection(socket, { role: 'client' });
      let requests = 0;
      const forward = (number: number): { data: Duplex; error: Promise<string> } => {
        const headers = { port: String(number), requestid: String(requests++) };
        const error = connection.open(new Map(Object.entries({ streamtype: 'error', ...headers })));
        error.end();
        return { data: connection.open(new Map(Object.entries({ streamtype: 'data', ...headers }))), error: text(error) };
      };
      const stalled = forward(81);
      stalled.data.write(Buffer.alloc(16 * 1024 * 1024));
      const failing = forward(9_999);
      expect(await failing.error).to.contain('connection refused');
      const working = forward(80);
      working.data.end('through');
      expect(await text(working.data)).to.equal('through');
      expect(await working.error).to.equal('');
      stalled.data.destroy();
      connection.close();
      await connection.closed;
    });
  });
});

describe('streams of a node whose agent goes', function () {
  this.timeout(30_000);

  it('end, and say why', async () => {
    const scene = await StreamScene.start();
    await scene.runPod('web', { process: ([name = '']) => mains[name], ports: { 80: (connection) => void connection.pause() } });
    const access = await scene.access();
    const process = await openExec(access, { namespace: 'default', pod: 'web', command: ['deaf'], stdin: true, tty: false });
    const connection = await openPort(access, { namespace: 'default', pod: 'web', port: 80 });
    const broken = new Promise<Error>((resolve) => connection.once('error', resolve));
    await until('both are open', async () => (await scene.openStreams()) === 2);
    await scene.killAgent();
    expect(await process.exit).to.deep.equal({ code: 1, message: 'the connection to the kubelet agent broke' });
    expect((await broken).message).to.contain('the connection to the kubelet agent broke');
    const again = openExec(access, { namespace: 'default', pod: 'web', command: ['cat'], stdin: true, tty: false });
    expect(await again.catch((thrown: unknown) => (thrown as Error).message)).to.contain('node n1 is not connected');
    await scene.stop();
  });
});

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Resolves once `read` gives the same for a while. */
async function settles(read: () => number | Promise<number>): Promise<void> {
  for (let last = -1, same = 0; same < 15;) {
    const now = await read();
    same = now === last ? same + 1 : 0;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

async function answer(
  scene: StreamScene,
  path: string,
  headers: Record<string, string>,
  { method = 'GET', body }: { method?: string; body?: string } = {},
): Promise<Answer> {
  const access = await scene.access();
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: false, ...tlsOptionsOf(access) };
    const outgoing = request(new URL(path, access.server), options, (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      text(response).then((all) => resolve({ status, headers: answered, body: all }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
