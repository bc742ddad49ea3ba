import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';

import { waitForAbort } from '../../lib/async/signals.js';
import { isError, LongshoreError } from '../../lib/errors/errors.js';
import type { ApiClient } from '../../lib/kubernetes-client/api-client.js';
import { openPort } from '../../lib/kubernetes-client/streams/open-port.js';
import { printError } from '../terminal/report-error.js';
import { choosePod, type ChosenPod } from './choose-pod.js';
import { resolvePort, type PortMapping } from './forwarded-port.js';
import type { Printer } from '../terminal/printer.js';

/**
 * Listens on this machine and carries each connection into a pod, until `signal` aborts. When
 * the pod of a workload is gone, the next connection goes to another.
 * @param addresses of this machine; localhost is 127.0.0.1 and ::1
 * @throws LongshoreError Conflict for a local port that is taken
 */
export async function forwardPorts(
  client: ApiClient,
  reference: string,
  mappings: readonly PortMapping[],
  addresses: readonly string[],
  print: Printer,
  signal: AbortSignal,
): Promise<void> {
  const target = new ForwardTarget(client, reference, signal);
  const chosen = await target.choose();
  const sockets = new Set<Socket>();
  const servers: Server[] = [];
  try {
    for (const mapping of mappings) {
      // Names are checked before anything is promised.
      const port = resolvePort(mapping.remote, chosen.pod, chosen.service);
      servers.push(
        ...(await listen(mapping, port, addresses, print, (socket) => {
          sockets.add(socket);
          socket.once('close', () => sockets.delete(socket));
          void carry(target, mapping, socket, signal);
        })),
      );
    }
    await waitForAbort(signal);
  } finally {
    for (const server of servers) server.close();
    for (const socket of sockets) socket.destroy();
  }
}

/** The pod that connections go to. */
class ForwardTarget {
  readonly #client: ApiClient;
  readonly #reference: string;
  readonly #signal: AbortSignal;
  #chosen: ChosenPod | undefined;

  constructor(client: ApiClient, reference: string, signal: AbortSignal) {
    this.#client = client;
    this.#reference = reference;
    this.#signal = signal;
  }

  async choose(): Promise<ChosenPod> {
    this.#chosen = await choosePod(this.#client, this.#reference, this.#signal);
    return this.#chosen;
  }

  async open({ remote }: PortMapping): ReturnType<typeof openPort> {
    const known = this.#chosen ?? (await this.choose());
    try {
      return await this.#openTo(known, remote);
    } catch (thrown) {
      // It may have been replaced; another one serves as well.
      if (!isError(thrown, 'NotFound')) throw thrown;
      const other = await this.choose();
      if (other.pod.metadata.uid === known.pod.metadata.uid) throw thrown;
      return this.#openTo(other, remote);
    }
  }

  #openTo({ pod, service }: ChosenPod, remote: number | string): ReturnType<typeof openPort> {
    const { name, namespace = this.#client.namespace } = pod.metadata;
    return openPort(this.#client.access, { namespace, pod: name, port: resolvePort(remote, pod, service) }, this.#signal);
  }
}

async function listen(
  { local }: PortMapping,
  remotePort: number,
  addresses: readonly string[],
  print: Printer,
  onConnection: (socket: Socket) => void,
): Promise<Server[]> {
  const servers: Server[] = [];
  let port = local;
  for (const address of addresses.flatMap((each) => (each === 'localhost' ? ['127.0.0.1', '::1'] : [each]))) {
    const server = createServer({ allowHalfOpen: true }, onConnection);
    server.listen(port, address);
    try {
      await once(server, 'listening');
    } catch (thrown) {
      // localhost needs but one of its two addresses.
      if (address === '::1' && servers.length > 0) continue;
      for (const other of servers) other.close();
      throw new LongshoreError('Conflict', `port ${port} of ${address} cannot be used: ${(thrown as Error).message}`, {
        cause: thrown,
      });
    }
    servers.push(server);
    // All addresses get the one port that the first was given.
    port = (server.address() as AddressInfo).port;
    print.out(`Forwarding from ${address.includes(':') ? `[${address}]` : address}:${port} -> ${remotePort}`);
  }
  return servers;
}

/** One connection. A failure is said, and the others go on. */
async function carry(target: ForwardTarget, mapping: PortMapping, socket: Socket, signal: AbortSignal): Promise<void> {
  socket.on('error', () => socket.destroy());
  try {
    const remote = await target.open(mapping);
    await Promise.all([pipeline(socket, remote), pipeline(remote, socket)]);
  } catch (thrown) {
    socket.destroy();
    const broken = thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!signal.aborted && !broken)
      printError(`a connection to port ${mapping.remote} failed: ${LongshoreError.from(thrown).message}`);
  }
}
