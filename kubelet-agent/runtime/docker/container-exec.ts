import { linkedController } from '../../../lib/async/signals.js';
import type { Clock } from '../../../lib/clock/clock.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import type { DockerEngine } from './docker-engine.js';
import { abortableStream } from './abortable-stream.js';
import { createExec } from './create-exec.js';
import { readFrames } from './output-frames.js';
import { signalExec } from './signal-exec.js';

/** As the kubelet keeps of a probe's output. */
const outputLimit = 10 * 1024;

export interface ExecRequest {
  containerId: string;
  command: readonly string[];
  timeoutMs: number;
}

/**
 * Runs a command in a running container and waits for it. At the deadline the command is
 * killed where its process can be seen from here, so that hanging probes do not pile up.
 * @throws LongshoreError DeadlineExceeded, NotFound (gone, or not running)
 */
export async function runExec(
  ports: { engine: DockerEngine; clock: Clock },
  request: ExecRequest,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ exitCode: number; output: string }> {
  const { engine, clock } = ports;
  using call = linkedController(signal);
  let timedOut = false;
  const cancelTimeout = clock.after(request.timeoutMs, () => {
    timedOut = true;
    call.abort();
  });
  const config = { Cmd: [...request.command], AttachStdout: true, AttachStderr: true };
  const exec = await createExec(engine, request.containerId, config).catch((thrown: unknown) => {
    cancelTimeout();
    throw thrown;
  });
  try {
    const stream = await engine.call((docker) => abortableStream(docker.getExec(exec.id).start({ Detach: false }), call.signal));
    const output = await readOutput(stream as AsyncIterable<Uint8Array>);
    const { ExitCode: exitCode } = await engine.call((docker) => docker.getExec(exec.id).inspect());
    if (!timedOut) return { exitCode: exitCode ?? -1, output };
  } catch (thrown) {
    if (!call.signal.aborted) throw thrown;
  } finally {
    cancelTimeout();
  }
  await signalExec(engine, { execId: exec.id, containerId: request.containerId }, 'SIGKILL');
  if (!timedOut) throw new LongshoreError('Cancelled', 'exec was given up');
  throw new LongshoreError('DeadlineExceeded', `command "${request.command.join(' ')}" timed out after ${request.timeoutMs} ms`);
}

/** Reads to the end, so that the command never blocks on a full pipe, and keeps the beginning. */
async function readOutput(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const kept: Uint8Array[] = [];
  let left = outputLimit;
  for await (const { data: piece } of readFrames(stream)) {
    if (left <= 0) continue;
    kept.push(piece.subarray(0, left));
    left -= piece.length;
  }
  return Buffer.concat(kept).toString('utf8');
}
