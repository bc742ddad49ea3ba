import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';

import { expect } from 'chai';

import { FakeClock } from '../clock/fake-clock.js';
import { boundConnecting } from './bound-connecting.js';

describe('boundConnecting', () => {
  const clock = new FakeClock();
  let silent: Server;
  let speaking: Server;
  const portOf = (server: Server): number => (server.address() as AddressInfo).port;

  before(async () => {
    silent = createServer().listen(0, '127.0.0.1');
    speaking = createServer((socket) => socket.on('error', () => undefined).write('hello')).listen(0, '127.0.0.1');
    await Promise.all([once(silent, 'listening'), once(speaking, 'listening')]);
    boundConnecting({ port: portOf(silent), limitMs: 3_000, clock });
  });

  after(() => {
    silent.close();
    speaking.close();
  });

  it('gives up a peer that says nothing', async () => {
    const socket = connect(portOf(silent), '127.0.0.1');
    await once(socket, 'connect');
    const failed = once(socket, 'error') as Promise<[Error]>;
    await clock.advance(3_000);
    expect((await failed)[0].message).to.equal('no answer within 3000 ms');
  });

  it('leaves alone what has answered, and silent peers on other ports', async () => {
    const socket = connect(portOf(speaking), '127.0.0.1');
    await once(socket, 'data');
    await clock.advance(3_000);
    expect(socket.destroyed).to.equal(false);
    socket.destroy();
    await once(socket, 'close');
    expect(clock.pending).to.equal(0);
  });
});
