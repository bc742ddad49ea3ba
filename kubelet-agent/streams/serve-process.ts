import { LongshoreError } from '../../lib/errors/errors.js';
import { writeChunk } from '../../lib/streams/write-chunk.js';
import type { ListenResponse } from '../../proto/gen/longshore/streams/v1/streams.js';
import type { ContainerProcess, ContainerRuntime } from '../runtime/container-runtime.js';
import type { AttachCall } from './attach-call.js';
import { runningContainer } from './running-container.js';
import { TerminalSizes } from './terminal-sizes.js';

type Request = Extract<NonNullable<ListenResponse['request']>, { $case: 'exec' | 'attach' }>;

/**
 * Runs a command, or connects to the container's own process, until it ends or the user goes away.
 * @throws LongshoreError why it could not be started
 */
export async function serveProcess(
  runtime: Pick<ContainerRuntime, 'observe' | 'startProcess' | 'attach'>,
  subject: Pick<ListenResponse, 'podUid' | 'containerName'>,
  request: Request,
  call: AttachCall,
): Promise<void> {
  const { id } = await runningContainer(runtime, subject);
  const process =
    request.$case === 'exec'
      ? await runtime.startProcess(id, request.value, call.signal)
      : await runtime.attach(id, request.value, call.signal);
  try {
    const sizes = new TerminalSizes(process);
    call.onResize((columns, rows) => sizes.set(columns, rows));
    call.send({ $case: 'started', value: {} });
    const feeding = feed(process, call);
    for await (const { channel, data } of process.output) await call.sendData(channel === 'stderr' ? 'stderr' : 'data', data);
    call.send({ $case: 'exit', value: { code: await process.exitCode(call.signal) } });
    // The control plane ends the call once it has the exit code.
    await feeding;
  } finally {
    await process.close();
  }
}

/** Stdin, until the user sends no more. */
async function feed(process: ContainerProcess, call: AttachCall): Promise<void> {
  // A process may close its stdin, and ends as it likes: what is sent to it then is lost, as in a pipe.
  let closed = false;
  process.input.on('error', () => (closed = true));
  try {
    for (;;) {
      const frame = await call.next();
      if (frame === undefined) return;
      if (frame.$case === 'dataEnd') process.input.end();
      else if (!closed) await writeChunk(process.input, frame.value).catch(() => (closed = true));
    }
  } catch (thrown) {
    // The user went away; whoever reads the output is told the same.
    if (!call.signal.aborted) throw LongshoreError.from(thrown);
  }
}
