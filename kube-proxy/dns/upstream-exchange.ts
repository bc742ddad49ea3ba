import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';

import { type Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';

/** A DNS server to ask. */
export interface Upstream {
  address: string;
  port: number;
}

/**
 * Sends `packet` to `upstream` and returns its answer: same id, same question.
 * @throws LongshoreError Unavailable when it cannot be reached, DeadlineExceeded when it is silent
 */
export type Exchange = (
  upstream: Upstream,
  packet: Buffer,
  options: { transport: 'udp' | 'tcp'; timeoutMs: number; clock: Clock },
) => Promise<Buffer>;

export const exchange: Exchange = (upstream, packet, options) =>
  new Promise((resolve, reject) => {
    const done = (result: Buffer | Error): void => {
      cancelTimer();
      close();
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    const fail = (error: Error): void => {
      done(new LongshoreError('Unavailable', `DNS server ${upstream.address}: ${error.message}`, { cause: error }));
    };
    const cancelTimer = options.clock.after(options.timeoutMs, () => {
      done(new LongshoreError('DeadlineExceeded', `DNS server ${upstream.address} is silent`));
    });
    const accept = (answer: Buffer): void => {
      if (answersTo(packet, answer)) done(answer);
    };
    const close = options.transport === 'udp' ? overUdp(upstream, packet, accept, fail) : overTcp(upstream, packet, accept, fail);
  });

/** A socket of its own for each question: its random port makes an answer hard to forge. */
function overUdp(upstream: Upstream, packet: Buffer, accept: (answer: Buffer) => void, fail: (error: Error) => void): () => void {
  const socket = createSocket(isIPv6(upstream.address) ? 'udp6' : 'udp4');
  let closed = false;
  socket.on('error', fail);
  socket.on('message', accept);
  socket.connect(upstream.port, upstream.address, () => {
    if (closed) return;
    socket.send(packet, (error) => {
      if (error) fail(error);
    });
  });
  return () => {
    if (closed) return;
    closed = true;
    socket.removeAllListeners('error');
    socket.on('error', () => undefined);
    socket.close();
  };
}

function overTcp(upstream: Upstream, packet: Buffer, accept: (answer: Buffer) => void, fail: (error: Error) => void): () => void {
  const socket = connect({ host: upstream.address, port: upstream.port });
  let received = Buffer.alloc(0);
  socket.on('error', fail);
  socket.on('connect', () => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(packet.length);
    socket.write(Buffer.concat([length, packet]));
  });
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0))
      accept(received.subarray(2, 2 + received.readUInt16BE(0)));
  });
  socket.on('end', () => fail(new Error('closed the connection')));
  return () => {
    socket.destroy();
  };
}

/** Same id and the same question section, byte for byte. */
function answersTo(query: Buffer, answer: Buffer): boolean {
  if (answer.length < 12 || query.readUInt16BE(0) !== answer.readUInt16BE(0) || (answer.readUInt8(2) & 0x80) === 0) return false;
  if (answer.readUInt16BE(4) === 0) return (answer.readUInt8(3) & 0x0f) !== 0;
  let end = 12;
  while (end < query.length && query.readUInt8(end) !== 0) end += query.readUInt8(end) + 1;
  const question = query.subarray(12, end + 5);
  return question.equals(answer.subarray(12, end + 5));
}
