import type { ListenResponse, LogsRequest } from '../../proto/gen/longshore/streams/v1/streams.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import type { ContainerRuntime, LogOptions, ObservedContainer } from '../runtime/container-runtime.js';

/**
 * The log that a user asks for: of the newest attempt of a container, or with `previous` of
 * the one before it.
 * @throws LongshoreError NotFound, InvalidArgument in Kubernetes' words
 */
export async function* containerLogs(
  runtime: Pick<ContainerRuntime, 'observe' | 'logs'>,
  { podUid, containerName }: Pick<ListenResponse, 'podUid' | 'containerName'>,
  request: LogsRequest,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const [pod] = await runtime.observe(podUid);
  const attempts = (pod?.containers ?? []).filter(({ name }) => name === containerName);
  const container = chooseAttempt(attempts, containerName, pod?.podName ?? podUid, request.previous);
  yield* runtime.logs(container.id, logOptions(request), signal);
}

function chooseAttempt(
  attempts: readonly ObservedContainer[],
  containerName: string,
  podName: string,
  previous: boolean,
): ObservedContainer {
  const newest = attempts.at(-1);
  if (previous) {
    const former = attempts.filter(({ state }) => state === 'exited').at(-1);
    if (former && (former !== newest || newest.attempt > 0)) return former;
    throw new LongshoreError('InvalidArgument', `previous terminated container "${containerName}" in pod "${podName}" not found`);
  }
  if (newest && newest.state !== 'created') return newest;
  throw new LongshoreError(
    'InvalidArgument',
    `container "${containerName}" in pod "${podName}" is waiting to start: ContainerCreating`,
  );
}

function logOptions(request: LogsRequest): LogOptions {
  return {
    follow: request.follow,
    timestamps: request.timestamps,
    ...(request.tailLines === undefined ? {} : { tailLines: request.tailLines }),
    ...(request.limitBytes === undefined ? {} : { limitBytes: request.limitBytes }),
    ...(request.since === undefined ? {} : { sinceMs: request.since.getTime() }),
  };
}
