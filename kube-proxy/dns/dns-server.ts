import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';

import { Notification } from '../../lib/async/notification.js';
import { type Clock } from '../../lib/clock/clock.js';
import { type Logger } from '../../lib/log/logger.js';

/** What answers; see DnsResolver. */
export interface PacketAnswerer {
  answer(packet: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer | undefined>;
}

const retryPeriodMs = 500;
const idleConnectionMs = 10_000;
const largestConnections = 256;

interface Sockets {
  udp: UdpSocket;
  tcp: Server;
}

/**
 * DNS over UDP and TCP on one address, which may not exist yet or go away for a while.
 *
 *   no address --setAddress--> binding --> bound --error, other address--> binding
 *                                 ^--retry--|
 */
export class DnsServer {
  readonly #answerer: PacketAnswerer;
  readonly #port: number;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #changed = new Notification();
  #address: string | undefined;
  #boundTo: string | undefined;
  #boundPort: number | undefined;
  #problem: string | undefined = 'the address is not known yet';
  #broken = false;
  readonly #connections = new Set<Socket>();

  /** @param options.port default 53; 0 picks a free one, the same for UDP and TCP */
  constructor(options: { answerer: PacketAnswerer; port?: number; clock: Clock; log: Logger }) {
    this.#answerer = options.answerer;
    this.#port = options.port ?? 53;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Why nothing is answered now; undefined while bound. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** The port that is bound, undefined while none is. */
  get port(): number | undefined {
    return this.#boundPort;
  }

  setAddress(address: string): void {
    if (this.#address === address) return;
    this.#address = address;
    this.#changed.notify();
  }

  /** Serves until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const address = this.#address;
      if (address === undefined) {
        await this.#changed.wait(signal);
        continue;
      }
      const sockets = await this.#tryBind(address);
      if (!sockets) {
        await this.#changed.waitAtMost(retryPeriodMs, this.#clock, signal);
        continue;
      }
      while (!signal.aborted && !this.#broken && this.#address === address) await this.#changed.wait(signal);
      this.#boundTo = this.#boundPort = undefined;
      this.#problem = 'not bound';
      for (const connection of this.#connections) connection.destroy();
      await closeSockets(sockets);
    }
  }

  async #tryBind(address: string): Promise<Sockets | undefined> {
    this.#broken = false;
    try {
      const udp = await this.#bindUdp(address);
      const port = udp.address().port;
      const tcp = await this.#bindTcp(address, port).catch(async (error: unknown) => {
        await closeSockets({ udp });
        throw error;
      });
      this.#boundTo = address;
      this.#boundPort = port;
      this.#problem = undefined;
      this.#log.info('cluster DNS is served', { address, port });
      return { udp, tcp };
    } catch (thrown) {
      this.#reportProblem(address, thrown as NodeJS.ErrnoException);
      return undefined;
    }
  }

  #reportProblem(address: string, error: NodeJS.ErrnoException): void {
    const place = `${address}:${this.#port}`;
    const problem =
      error.code === 'EADDRNOTAVAIL'
        ? `no interface has the address ${address} yet; the kubelet agent makes the bridge`
        : error.code === 'EADDRINUSE'
          ? `another program listens on ${place}; it must be stopped or made to listen on other addresses only`
          : `${place} cannot be bound: ${error.message}`;
    if (problem === this.#problem) return;
    this.#problem = problem;
    if (error.code === 'EADDRNOTAVAIL') this.#log.info('cluster DNS waits', { problem });
    else this.#log.error('cluster DNS is not served', { problem });
  }

  #onBroken(error: Error): void {
    this.#log.warn('a socket of the DNS server failed, binding again', { address: this.#boundTo, error });
    this.#broken = true;
    this.#changed.notify();
  }

  #bindUdp(address: string): Promise<UdpSocket> {
    return new Promise((resolve, reject) => {
      const socket = createSocket('udp4');
      socket.once('error', (error) => {
        socket.close();
        reject(error);
      });
      socket.bind({ address, port: this.#port, exclusive: true }, () => {
        socket.removeAllListeners('error');
        socket.on('error', (error) => this.#onBroken(error));
        socket.on('message', (packet, client) => {
          void this.#answerer.answer(packet, 'udp').then((answer) => {
            // A client that is gone, or a socket that was closed meanwhile: nobody is left to tell.
            if (answer && !this.#broken && this.#boundTo !== undefined)
              socket.send(answer, client.port, client.address, () => undefined);
          });
        });
        resolve(socket);
      });
    });
  }

  #bindTcp(address: string, port: number): Promise<Server> {
    return new Promise((resolve, reject) => {
      const server = createServer((socket) => this.#serveConnection(socket));
      server.maxConnections = largestConnections;
      server.once('error', reject);
      server.listen({ host: address, port, exclusive: true }, () => {
        server.removeAllListeners('error');
        server.on('error', (error) => this.#onBroken(error));
        resolve(server);
      });
    });
  }

  /** Any number of questions, each with its length ahead (RFC 1035, 4.2.2; RFC 7766). */
  #serveConnection(socket: Socket): void {
    let received = Buffer.alloc(0);
    this.#connections.add(socket);
    socket.on('close', () => this.#connections.delete(socket));
    socket.setTimeout(idleConnectionMs, () => socket.destroy());
    // The client broke off; there is nothing to do about it.
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const packet = received.subarray(2, end);
        received = received.subarray(end);
        void this.#answerer.answer(packet, 'tcp').then((answer) => {
          if (!answer || socket.destroyed) return;
          const length = Buffer.alloc(2);
          length.writeUInt16BE(answer.length);
          socket.write(Buffer.concat([length, answer]));
        });
      }
    });
  }
}

async function closeSockets(sockets: { udp: UdpSocket; tcp?: Server }): Promise<void> {
  await new Promise<void>((resolve) => sockets.udp.close(() => resolve()));
  const { tcp } = sockets;
  if (tcp) await new Promise<void>((resolve) => tcp.close(() => resolve()));
}
