import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** A connection that has left HTTP: what its new protocol needs of the old one. */
export interface UpgradedConnection {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What the client has sent already. */
  readonly head: Buffer;
}

/** A request's wish that its connection speaks another protocol from now on. A handler that takes it answers by itself. */
export class ConnectionUpgrade {
  readonly #connection: UpgradedConnection;
  #taken = false;

  constructor(connection: UpgradedConnection) {
    this.#connection = connection;
  }

  /** The Upgrade header in lower case: "websocket", "spdy/3.1". */
  get protocol(): string {
    return (this.#connection.request.headers.upgrade ?? '').toLowerCase();
  }

  get taken(): boolean {
    return this.#taken;
  }

  /** From here on no HTTP answer is written. */
  take(): UpgradedConnection {
    this.#taken = true;
    return this.#connection;
  }
}
