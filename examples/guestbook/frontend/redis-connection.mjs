import { connect } from 'node:net';

/**
 * One connection to Redis that is made again when it breaks. Commands are answered in
 * order (RESP2); a command that has no answer after two seconds fails with its connection.
 */
export class RedisConnection {
  #options;
  #socket;
  #waiting = [];
  #buffer = Buffer.alloc(0);

  constructor(options) {
    this.#options = options;
  }

  command(...words) {
    const socket = (this.#socket ??= this.#open());
    return this.#send(socket, words);
  }

  #open() {
    const { host, port, password } = this.#options;
    const socket = connect({ host, port, noDelay: true });
    socket.setTimeout(2_000, () => this.#waiting.length > 0 && socket.destroy(new Error('Redis did not answer within 2 s')));
    socket.on('data', (data) => this.#read(data));
    socket.on('error', (error) => this.#fail(socket, error));
    socket.on('close', () => this.#fail(socket, new Error('the connection to Redis closed')));
    if (password) this.#send(socket, ['AUTH', password]).catch(() => socket.destroy());
    return socket;
  }

  #send(socket, words) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
    });
  }

  #read(data) {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    for (;;) {
      const reply = parseReply(this.#buffer, 0);
      if (!reply) return;
      this.#buffer = this.#buffer.subarray(reply.end);
      const { resolve, reject } = this.#waiting.shift();
      if (reply.value instanceof Error) reject(reply.value);
      else resolve(reply.value);
    }
  }

  #fail(socket, error) {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.#buffer = Buffer.alloc(0);
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

/** One RESP2 reply at `start`, or undefined while it is incomplete. */
function parseReply(buffer, start) {
  const lineEnd = buffer.indexOf('\r\n', start);
  if (lineEnd < 0) return undefined;
  const line = buffer.toString('utf8', start + 1, lineEnd);
  const end = lineEnd + 2;
  switch (String.fromCharCode(buffer[start])) {
    case '+':
      return { value: line, end };
    case '-':
      return { value: new Error(line), end };
    case ':':
      return { value: Number(line), end };
    case '$': {
      const length = Number(line);
      if (length < 0) return { value: null, end };
      if (buffer.length < end + length + 2) return undefined;
      return { value: buffer.toString('utf8', end, end + length), end: end + length + 2 };
    }
    default: {
      const items = [];
      let position = end;
      for (let i = 0; i < Number(line); i++) {
        const item = parseReply(buffer, position);
        if (!item) return undefined;
        items.push(item.value);
        position = item.end;
      }
      return { value: items, end: position };
    }
  }
}
