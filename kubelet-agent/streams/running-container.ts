import { LongshoreError } from '../../lib/errors/errors.js';
import type { ListenResponse } from '../../proto/gen/longshore/streams/v1/streams.js';
import type { ContainerRuntime, ObservedContainer } from '../runtime/container-runtime.js';

/**
 * The container that a user wants to work in.
 * @throws LongshoreError NotFound in Kubernetes' words when it does not run
 */
export async function runningContainer(
  runtime: Pick<ContainerRuntime, 'observe'>,
  { podUid, containerName }: Pick<ListenResponse, 'podUid' | 'containerName'>,
): Promise<ObservedContainer> {
  const [pod] = await runtime.observe(podUid);
  const newest = pod?.containers.findLast(({ name }) => name === containerName);
  if (newest?.state === 'running') return newest;
  throw new LongshoreError('NotFound', `container not found ("${containerName}"): it is not running`);
}
