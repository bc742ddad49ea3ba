import type { PodProcess } from '../../resources/pod/pod-process.js';
import type { Status } from '../../../lib/kubernetes/types/meta-v1.js';
import { success } from '../status.js';
import type { ProcessChannels } from './process-channels.js';
import { brokenStatus, exitStatus } from './process-status.js';

/**
 * Carries everything between a client and a process until the process ends, the client is
 * gone, or the node is; then the client is told which, as far as it still listens.
 * @param options.onActivity called whenever data goes either way
 * @param signal aborts when the client is gone, or must go
 */
export async function joinProcess(
  process: PodProcess,
  channels: ProcessChannels,
  options: { exitCode: 'told' | 'untold'; onActivity: () => void },
  signal: AbortSignal,
): Promise<void> {
  const close = (): void => process.close();
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  channels.onResize((columns, rows) => process.resize(columns, rows));
  const feeding = feed(process, channels, options.onActivity);
  try {
    await channels.finish(await carryOutput(process, channels, options, signal));
  } finally {
    signal.removeEventListener('abort', close);
    close();
    channels.stdin.destroy();
    await feeding;
  }
}

async function carryOutput(
  process: PodProcess,
  channels: ProcessChannels,
  { exitCode, onActivity }: { exitCode: 'told' | 'untold'; onActivity: () => void },
  signal: AbortSignal,
): Promise<Status> {
  try {
    for (;;) {
      const frame = await process.next();
      onActivity();
      if (frame === undefined) return success();
      if (frame.kind === 'exit') return exitCode === 'told' ? exitStatus(frame.code) : success();
      await channels.write(frame.kind, frame.data);
    }
  } catch (thrown) {
    return brokenStatus(signal.aborted ? signal.reason : thrown);
  }
}

async function feed(process: PodProcess, { stdin }: ProcessChannels, onActivity: () => void): Promise<void> {
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      onActivity();
      await process.write(chunk);
    }
    process.endInput();
  } catch {
    // The client is gone, or the process is over: whoever carries the output says which.
  }
}
