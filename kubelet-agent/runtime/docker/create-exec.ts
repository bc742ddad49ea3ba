import type { ExecCreateOptions } from 'dockerode';
import { isError, LongshoreError } from '../../../lib/errors/errors.js';
import type { DockerEngine } from './docker-engine.js';

/** @throws LongshoreError NotFound when the container is gone or does not run */
export async function createExec(
  engine: DockerEngine,
  containerId: string,
  config: ExecCreateOptions,
): Promise<{ readonly id: string }> {
  try {
    return await engine.call((docker) => docker.getContainer(containerId).exec(config));
  } catch (thrown) {
    // The engine's word for a container that does not run.
    if (isError(thrown, 'Conflict')) throw new LongshoreError('NotFound', thrown.message, { cause: thrown });
    throw thrown;
  }
}
