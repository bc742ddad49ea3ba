import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * The wire between one node and the control plane: a TCP relay on the loopback address that
 * can be cut. While it is cut, bytes are lost to neither side but arrive nowhere, and new
 * connections stay unanswered, as when packets are dropped; joined again, what was under way
 * goes on unless its end has given up.
 */
export class NodeRelay {
  readonly #server;
  readonly #sockets = new Set<Socket>();
  /** The other half of a connection. */
  readonly #partners = new Map<Socket, Socket>();
  /** Accepted while cut. */
  readonly #waiting = new Set<Socket>();
  #cut = false;

  /** @param target host:port */
  private constructor(target: { host: string; port: number }) {
    this.#server = createServer({ pauseOnConnect: true }, (incoming) => {
      this.#keep(incoming);
      const connect = (): void => {
        this.#waiting.delete(incoming);
        if (!incoming.destroyed) this.#join(incoming, target);
      };
      if (!this.#cut) connect();
      else {
        this.#waiting.add(incoming);
        incoming.once('join', connect);
      }
    });
  }

  static async listen(target: string): Promise<NodeRelay> {
    const separator = target.lastIndexOf(':');
    const relay = new NodeRelay({ host: target.slice(0, separator), port: Number(target.slice(separator + 1)) });
    await new Promise<void>((resolve, reject) => {
      relay.#server.once('error', reject);
      relay.#server.listen(0, '127.0.0.1', resolve);
    });
    return relay;
  }

  /** Where the node finds the control plane, host:port. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.pause();
  }

  join(): void {
    this.#cut = false;
    for (const socket of this.#sockets) {
      // Its other half has given up meanwhile.
      if (this.#partners.get(socket)?.destroyed) socket.destroySoon();
      else if (!this.#waiting.has(socket)) socket.resume();
    }
    for (const socket of this.#waiting) socket.emit('join');
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #join(incoming: Socket, target: { host: string; port: number }): void {
    const outgoing = createConnection({ ...target, noDelay: true });
    this.#keep(outgoing);
    incoming.setNoDelay(true);
    this.#partners.set(incoming, outgoing).set(outgoing, incoming);
    this.#forward(incoming, outgoing);
    this.#forward(outgoing, incoming);
    if (!this.#cut) incoming.resume();
  }

  /** By hand and not by pipe(): a pipe resumes what a cut has paused. */
  #forward(from: Socket, to: Socket): void {
    from.on('data', (chunk) => {
      if (to.write(chunk)) return;
      from.pause();
      to.once('drain', () => {
        if (!this.#cut) from.resume();
      });
    });
    from.once('close', () => {
      if (!this.#cut) to.destroySoon();
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    // Whatever broke the connection, its other half is told by 'close'.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#partners.delete(socket);
      this.#waiting.delete(socket);
    });
  }
}
