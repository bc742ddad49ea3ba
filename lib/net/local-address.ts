import { createSocket } from 'node:dgram';

/**
 * The address from which this machine reaches `server` ("host:port"), as its routing table
 * says; no packet is sent. Undefined when there is no route or the name does not resolve.
 */
export function localAddressTowards(server: string): Promise<string | undefined> {
  const separator = server.lastIndexOf(':');
  const host = server.slice(0, separator).replace(/^\[|\]$/g, '');
  const port = Number(server.slice(separator + 1));
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const finish = (address: string | undefined): void => {
      socket.close();
      resolve(address);
    };
    socket.once('error', () => {
      finish(undefined);
    });
    socket.connect(port, host, () => {
      finish(socket.address().address);
    });
  });
}
