import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';

import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import { expect } from 'chai';
import { HealthImplementation } from 'grpc-health-check';

import { Probe } from '../../proto/gen/longshore/node/v1/pod.js';
import { systemClock } from '../../lib/clock/clock.js';
import { FakeClock } from '../../lib/clock/fake-clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { type ProbeTarget, probeRunner } from './run-probe.js';

describe('probeRunner', () => {
  const target: ProbeTarget = { containerId: 'c1', podIp: '127.0.0.1', kind: 'Readiness' };
  const { signal } = new AbortController();
  const runtime = { exec: () => Promise.reject(new Error('no exec here')) };
  const run = probeRunner({ runtime, clock: systemClock });
  const cleanup: (() => void)[] = [];
  afterEach(() => {
    for (const close of cleanup.splice(0)) close();
  });

  async function serve(listener: RequestListener): Promise<number> {
    const server: Server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanup.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return (server.address() as AddressInfo).port;
  }
  const http = (port: number, overrides = {}): Probe => ({
    ...Probe.create({ timeoutSeconds: 1 }),
    handler: { $case: 'httpGet', value: { path: '/ready', port, host: '', scheme: 'HTTP', headers: [], ...overrides } },
  });
  const exec = (answer: Promise<{ exitCode: number; output: string }>) =>
    probeRunner({ runtime: { exec: () => answer }, clock: systemClock })(
      { ...Probe.create(), handler: { $case: 'exec', value: { command: ['check'] } } },
      target,
      signal,
    );

  it('takes 200 to 399 for success', async () => {
    const port = await serve((request, response) => response.writeHead(request.headers['x-who'] === 'me' ? 204 : 500).end());
    const headers = [{ name: 'X-Who', value: 'me' }];
    expect(await run(http(port, { headers }), target, signal)).to.include({ result: 'success' });
    expect(await run(http(port), target, signal)).to.deep.equal({
      result: 'failure',
      message: 'HTTP probe failed with statuscode: 500',
    });
  });

  it('follows redirects on the same host, and no others', async () => {
    const port = await serve((request, response) => {
      if (request.url === '/ready') response.writeHead(302, { location: '/elsewhere' }).end();
      else if (request.url === '/away') response.writeHead(302, { location: 'http://192.0.2.1/' }).end();
      else response.writeHead(503).end();
    });
    expect((await run(http(port), target, signal)).message).to.equal('HTTP probe failed with statuscode: 503');
    expect(await run(http(port, { path: '/away' }), target, signal)).to.include({ result: 'success' });
  });

  it('gives up after the timeout', async () => {
    const clock = new FakeClock();
    const port = await serve(() => void clock.advance(1_000));
    const { result, message } = await probeRunner({ runtime, clock })(http(port), target, signal);
    expect(result).to.equal('failure');
    expect(message).to.match(/^Get "http:\/\/127\.0\.0\.1:\d+\/ready": context deadline exceeded/);
  });

  it('says that a connection was refused', async () => {
    const { message } = await run(http(1), target, signal);
    expect(message).to.equal('Get "http://127.0.0.1:1/ready": dial tcp 127.0.0.1:1: connect: connection refused');
  });

  it('connects', async () => {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanup.push(() => server.close());
    const tcp = (port: number): Probe => ({ ...Probe.create(), handler: { $case: 'tcpSocket', value: { port, host: '' } } });
    expect(await run(tcp((server.address() as AddressInfo).port), target, signal)).to.include({ result: 'success' });
    expect((await run(tcp(1), target, signal)).message).to.equal('dial tcp 127.0.0.1:1: connect: connection refused');
  });

  it('asks the gRPC health service', async () => {
    const server = new GrpcServer();
    new HealthImplementation({ '': 'SERVING', db: 'NOT_SERVING' }).addToServer(server);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    cleanup.push(() => server.forceShutdown());
    const grpc = (service: string): Probe => ({ ...Probe.create(), handler: { $case: 'grpc', value: { port, service } } });
    expect(await run(grpc(''), target, signal)).to.include({ result: 'success' });
    expect((await run(grpc('db'), target, signal)).message).to.equal('service unhealthy (responded with "NOT_SERVING")');
    expect((await run(grpc('web'), target, signal)).message).to.equal('error: service "web" not found');
  });

  it('runs commands', async () => {
    expect(await exec(Promise.resolve({ exitCode: 0, output: '' }))).to.include({ result: 'success' });
    expect(await exec(Promise.resolve({ exitCode: 1, output: 'no' }))).to.deep.equal({ result: 'failure', message: 'no' });
    expect(await exec(Promise.reject(new LongshoreError('DeadlineExceeded', 'late')))).to.deep.equal({
      result: 'failure',
      message: 'command "check" timed out',
    });
    expect(await exec(Promise.reject(new LongshoreError('Unavailable', 'engine away')))).to.include({ result: 'unknown' });
  });
});
