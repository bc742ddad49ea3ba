import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { expect } from 'chai';

import { NodeRelay } from './node-relay.js';

describe('NodeRelay', () => {
  let echo: Server;
  let relay: NodeRelay;
  const clients: Socket[] = [];
  /** Connections as the control plane sees them. */
  const open = new Set<Socket>();
  const connect = (): Socket => {
    const [host = '', port] = relay.address.split(':');
    const socket = createConnection({ host, port: Number(port) });
    clients.push(socket);
    return socket;
  };
  const answerTo = async (socket: Socket, text: string): Promise<string> => {
    socket.write(text);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    return chunk.toString();
  };

  beforeEach(async () => {
    echo = createServer((socket) => {
      open.add(socket);
      socket.pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    relay = await NodeRelay.listen(`127.0.0.1:${(echo.address() as AddressInfo).port}`);
  });
  afterEach(async () => {
    for (const socket of clients.splice(0)) socket.destroy();
    await relay.close();
    open.clear();
    echo.close();
  });

  it('passes both ways', async () => {
    const socket = connect();
    expect(await answerTo(socket, 'one')).to.equal('one');
    expect(await answerTo(socket, 'two')).to.equal('two');
  });

  it('holds back what is sent while it is cut, and delivers it once it is joined', async () => {
    const before = connect();
    expect(await answerTo(before, 'one')).to.equal('one');
    relay.cut();
    const during = connect();
    const heard: string[] = [];
    before.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
    during.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
    before.write('a');
    during.write('b');
    // A connection past the relay shows that there was time for an answer.
    const direct = createConnection((echo.address() as AddressInfo).port, '127.0.0.1');
    clients.push(direct);
    expect(await answerTo(direct, 'direct')).to.equal('direct');
    expect(heard).to.be.empty;
    relay.join();
    while (heard.length < 2) await Promise.race([once(before, 'data'), once(during, 'data')]);
    expect(heard).to.have.members(['a', 'b']);
  });

  it('lets go of a connection whose other end left while it was cut', async () => {
    const socket = connect();
    await answerTo(socket, 'one');
    relay.cut();
    const [served] = [...open];
    socket.destroy();
    relay.join();
    if (served && !served.closed) await once(served, 'close');
  });
});
