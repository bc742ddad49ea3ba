import { isError } from '../../../lib/errors/errors.js';
import type { DockerEngine } from './docker-engine.js';
import { isProcessOf } from './is-process-of.js';

/** The engine cannot end an exec. Its process gets a signal by its pid, once its cgroup shows that it is the container's. */
export async function signalExec(
  engine: DockerEngine,
  exec: { execId: string; containerId: string },
  signal: 'SIGKILL' | 'SIGHUP',
): Promise<void> {
  try {
    const { Pid: pid, Running: running } = await engine.call((docker) => docker.getExec(exec.execId).inspect());
    if (running && (await isProcessOf(pid, exec.containerId))) process.kill(pid, signal);
  } catch (thrown) {
    // Gone meanwhile, or the engine does not answer: nothing to signal.
    if (isError(thrown, 'Internal')) throw thrown;
  }
}
