import type { Clock } from '../../../lib/clock/clock.js';
import { SpdyConnection } from '../../../lib/spdy/spdy-connection.js';
import type { SpdyStream } from '../../../lib/spdy/spdy-stream.js';
import type { ApiRequest } from '../http/exchange.js';
import type { ConnectionUpgrade } from '../http/connection-upgrade.js';
import { StatusError } from '../status.js';
import { everyBeat } from './every-beat.js';

const protocolHeader = 'x-stream-protocol-version';

/** That the client offers `served`. @throws StatusError 403 when it does not, as Kubernetes answers */
export function negotiateStreamProtocol(request: ApiRequest, served: string): void {
  const offered = [request.headers[protocolHeader] ?? ''].flat().join(',');
  if (offered.split(',').some((item) => item.trim() === served)) return;
  throw new StatusError(
    403,
    'Forbidden',
    `unable to upgrade: unable to negotiate protocol: client supports [${offered}], server accepts [${served}]`,
  );
}

/** Answers the handshake; the connection speaks SPDY/3.1 from then on, and pings bring to light that the client is gone. */
export function acceptSpdy(
  upgrade: ConnectionUpgrade,
  { streamProtocol, clock, onStream }: { streamProtocol: string; clock: Clock; onStream: (stream: SpdyStream) => void },
): SpdyConnection {
  const { socket, head } = upgrade.take();
  const answer = [
    'HTTP/1.1 101 Switching Protocols',
    'Connection: Upgrade',
    'Upgrade: SPDY/3.1',
    `X-Stream-Protocol-Version: ${streamProtocol}`,
  ];
  socket.write(`${answer.join('\r\n')}\r\n\r\n`);
  if (head.length > 0) socket.unshift(head);
  const connection = new SpdyConnection(socket, { role: 'server', onStream });
  const stop = everyBeat(clock, () => connection.ping());
  void connection.closed.then(stop);
  return connection;
}
