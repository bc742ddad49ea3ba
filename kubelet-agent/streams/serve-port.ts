import type { Duplex } from 'node:stream';

import { LongshoreError } from '../../lib/errors/errors.js';
import { writeChunk } from '../../lib/streams/write-chunk.js';
import type { ContainerRuntime } from '../runtime/container-runtime.js';
import type { AttachCall } from './attach-call.js';

/**
 * Connects a user to a port of a pod until both sides have ended, or one breaks.
 * @throws LongshoreError why the port could not be connected to
 */
export async function servePort(
  runtime: Pick<ContainerRuntime, 'dial'>,
  podUid: string,
  port: number,
  call: AttachCall,
): Promise<void> {
  const connection = await runtime.dial(podUid, port, call.signal);
  const breakOff = (): void => void connection.destroy();
  connection.on('error', () => undefined);
  call.signal.addEventListener('abort', breakOff, { once: true });
  try {
    call.signal.throwIfAborted();
    call.send({ $case: 'started', value: {} });
    await Promise.all([answer(connection, call), send(connection, call)]);
  } catch (thrown) {
    if (call.signal.aborted || !connection.errored) throw thrown;
    throw new LongshoreError('Cancelled', `the pod broke the connection off: ${connection.errored.message}`);
  } finally {
    connection.destroy();
  }
}

async function answer(connection: Duplex, call: AttachCall): Promise<void> {
  for await (const chunk of connection.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    await call.sendData('data', chunk);
  }
  call.send({ $case: 'dataEnd', value: {} });
}

async function send(connection: Duplex, call: AttachCall): Promise<void> {
  for (;;) {
    const frame = await call.next();
    if (frame?.$case !== 'data') break;
    await writeChunk(connection, frame.value);
  }
  await new Promise<void>((resolve) => connection.end(() => resolve()));
}
