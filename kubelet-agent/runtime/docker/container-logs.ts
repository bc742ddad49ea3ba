import { LongshoreError } from '../../../lib/errors/errors.js';
import type { LogOptions } from '../container-runtime.js';
import type { ContainerObserver } from './container-observer.js';
import type { DockerEngine } from './docker-engine.js';
import { readOutput } from './output-frames.js';

/**
 * A container's output through the engine, which reads across rotated files.
 * Ends quietly when `signal` aborts.
 * @throws LongshoreError NotFound
 */
export async function* readLogs(
  ports: { engine: DockerEngine; observer: ContainerObserver },
  id: string,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { Config: config } = await ports.observer.known(id);
  const stream = await ports.engine.stream(`/containers/${id}/logs`, renderQuery(options), signal);
  const output = stream as AsyncIterable<Uint8Array>;
  let left = options.limitBytes ?? Infinity;
  try {
    for await (const { data: piece } of readOutput(output, config.Tty)) {
      const taken = piece.length > left ? piece.subarray(0, left) : piece;
      left -= taken.length;
      if (taken.length > 0) yield taken;
      if (left <= 0) return;
    }
  } catch (thrown) {
    if (!signal.aborted) throw LongshoreError.from(thrown, 'Unavailable');
  } finally {
    stream.destroy();
  }
}

function renderQuery({ follow, timestamps, tailLines, sinceMs }: LogOptions): Record<string, unknown> {
  return {
    stdout: true,
    stderr: true,
    follow,
    timestamps,
    ...(tailLines === undefined ? {} : { tail: tailLines }),
    ...(sinceMs === undefined ? {} : { since: (sinceMs / 1_000).toFixed(3) }),
  };
}
