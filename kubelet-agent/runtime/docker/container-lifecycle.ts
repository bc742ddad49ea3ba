import { isError } from '../../../lib/errors/errors.js';
import type { DockerEngine } from './docker-engine.js';

/**
 * SIGTERM (the image's stop signal), then SIGKILL after `graceSeconds`. Resolves when it
 * has exited; one that is gone or never ran has.
 */
export async function stopContainer(engine: DockerEngine, id: string, graceSeconds: number): Promise<void> {
  try {
    await engine.call((docker) => docker.getContainer(id).stop({ t: Math.max(0, Math.ceil(graceSeconds)) }) as Promise<unknown>);
  } catch (thrown) {
    if (!isError(thrown, 'NotFound') && !isNotModified(thrown)) throw thrown;
  }
}

/** Kills and removes a container with its anonymous volumes. Resolves when it is gone, whoever removed it. */
export async function removeContainer(engine: DockerEngine, id: string): Promise<void> {
  try {
    await engine.call((docker) => docker.getContainer(id).remove({ force: true, v: true }) as Promise<unknown>);
  } catch (thrown) {
    if (isError(thrown, 'NotFound')) return;
    if (!isError(thrown, 'Conflict')) throw thrown;
    // Somebody else is removing it: wait for that.
    await waitUntilRemoved(engine, id);
  }
}

async function waitUntilRemoved(engine: DockerEngine, id: string): Promise<void> {
  try {
    await engine.call((docker) => docker.getContainer(id).wait({ condition: 'removed' }) as Promise<unknown>);
  } catch (thrown) {
    if (!isError(thrown, 'NotFound')) throw thrown;
  }
}

/** Status 304: it had stopped already. */
function isNotModified(thrown: unknown): boolean {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'statusCode' in cause && cause.statusCode === 304;
}
