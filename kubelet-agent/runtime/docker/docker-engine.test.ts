import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { FakeClock } from '../../../lib/clock/fake-clock.js';
import { silentLogger } from '../../../lib/log/logger.js';
import { codeOf } from '../runtime-contract.js';
import { ContainerEvents } from './container-events.js';
import { DockerEngine } from './docker-engine.js';

describe('DockerEngine', () => {
  let directory: string;
  let server: Server;
  let paths: string[];
  let version: object;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let engine: DockerEngine;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'longshore-engine-'));
    paths = [];
    version = { Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12', Arch: 'amd64' };
    answer = (_, response) => response.end('[]');
    server = createServer((request, response) => {
      paths.push(request.url ?? '');
      if (request.url === '/version') response.end(JSON.stringify(version));
      else answer(request, response);
    });
    server.listen(join(directory, 'docker.sock'));
    await once(server, 'listening');
    engine = new DockerEngine({ dockerHost: `unix://${join(directory, 'docker.sock')}` });
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(directory, { recursive: true });
  });

  const versions: { engine: string; oldest: string; spoken: string }[] = [
    { engine: '1.41', oldest: '1.12', spoken: '1.41' },
    { engine: '1.47', oldest: '1.24', spoken: '1.47' },
    { engine: '1.52', oldest: '1.44', spoken: '1.47' },
    { engine: '1.60', oldest: '1.50', spoken: '1.50' },
  ];
  for (const { engine: newest, oldest, spoken } of versions) {
    it(`speaks ${spoken} to an engine of ${oldest} to ${newest}`, async () => {
      version = { ...version, ApiVersion: newest, MinAPIVersion: oldest };
      await Promise.all([engine.call((docker) => docker.listContainers()), engine.call((docker) => docker.listContainers())]);
      expect(paths).to.deep.equal(['/version', `/v${spoken}/containers/json`, `/v${spoken}/containers/json`]);
    });
  }

  it('refuses an engine older than 20.10', async () => {
    version = { ...version, ApiVersion: '1.40' };
    expect(await codeOf(engine.version())).to.equal('FailedPrecondition');
  });

  it('is Unavailable while there is no engine, and finds it once it is there', async () => {
    const absent = new DockerEngine({ dockerHost: `unix://${join(directory, 'later.sock')}` });
    expect(await codeOf(absent.version())).to.equal('Unavailable');
    const later = createServer((_, response) => response.end(JSON.stringify(version))).listen(join(directory, 'later.sock'));
    await once(later, 'listening');
    expect((await absent.version()).version).to.equal('20.10.24');
    later.closeAllConnections();
    later.close();
  });

  it('shows nothing of its connections when the options of a request are printed, as docker-modem does', async () => {
    const { agent } = await engine.call((docker) => Promise.resolve(docker.modem as unknown as { agent: object }));
    expect(inspect({ agent }, { showHidden: true, depth: null })).to.equal('{ agent: Agent }');
  });

  it('reads events again after the engine went away, and says that it did', async () => {
    const event = { Actor: { ID: 'c1', Attributes: { 'longshore.dev/pod-uid': 'u1' } } };
    let connections = 0;
    answer = (_, response) => {
      connections += 1;
      if (connections === 2) response.socket?.destroy();
      else response.end(`${JSON.stringify(event)}\n`);
    };
    const clock = new FakeClock();
    const owner = { clusterId: 'c', nodeName: 'n' };
    const events = new ContainerEvents({ engine, owner, clock, log: silentLogger });
    const stop = new AbortController();
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const one of events.read(stop.signal)) {
        seen.push(one);
        if (seen.length === 4) stop.abort();
      }
    })();
    while (!stop.signal.aborted) await clock.advance(100);
    await reading;
    const change = { podUid: 'u1', containerId: 'c1' };
    expect(seen).to.deep.equal(['connected', change, 'connected', change]);
    expect(connections).to.equal(3);
  });
});
