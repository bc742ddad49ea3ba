import { isTrue } from '../http/request-info.js';
import { invalidObject } from '../../resources/causes.js';
import { integerOf } from '../resources/read-handlers.js';
import type { ResourceCall, ResourceHandler } from '../resources/resource-call.js';
import { badRequest, notFound, StatusError } from '../status.js';
import { FrameWriter } from '../watch/frame-writer.js';
import { chooseContainer, requireStarted } from './log-container.js';
import type { PodLogOptions } from '../../resources/pod/pod-log-options.js';

/** GET pods/<name>/log: the text of a container's log, as it is read. */
export const handleLog: ResourceHandler = async (call) => {
  const { response, services, signal, target } = call;
  const pod = await services.resources.client('pods').get(target.namespace, target.name);
  if (!pod) throw notFound(target);
  const options = logOptionsOf(call, services.clock.now());
  const container = chooseContainer(pod, call.query.get('container') ?? '');
  requireStarted(pod, container, options.previous);
  const { podLogs } = services;
  if (!podLogs) throw new StatusError(503, 'ServiceUnavailable', 'no source of container logs is connected');

  const chunks = bounded(podLogs.open(pod, container, options, signal), options.limitBytes);
  const iterator = chunks[Symbol.asyncIterator]();
  // A source that cannot be opened throws here, while a Status can still be sent; but a
  // client that follows a silent container must not wait for its headers either.
  const first = iterator.next();
  const early = await settledWithin(first, headersMs, services.clock);
  response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  const writer = new FrameWriter({ response, clock: services.clock, signal });
  try {
    for (let result = early ?? (await first); !result.done; result = await iterator.next()) await writer.write(result.value);
    response.end();
  } catch (thrown) {
    if (signal.aborted) response.end();
    else throw thrown;
  } finally {
    await iterator.return?.(undefined);
  }
};

/** How long the headers wait for the first chunk or an error. */
const headersMs = 250;

async function settledWithin<T>(
  promise: Promise<T>,
  ms: number,
  clock: ResourceCall['services']['clock'],
): Promise<T | undefined> {
  let cancel = (): void => undefined;
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.after(ms, () => resolve(undefined));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel();
  }
}

async function* bounded(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = limitBytes ?? Infinity;
  for await (const chunk of chunks) {
    yield chunk.length <= left ? chunk : chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}

function logOptionsOf({ query }: ResourceCall, nowMs: number): PodLogOptions {
  const tailLines = nonNegative(query, 'tailLines', 0);
  const limitBytes = nonNegative(query, 'limitBytes', 1);
  const sinceSeconds = nonNegative(query, 'sinceSeconds', 1);
  const sinceTime = query.get('sinceTime') ?? '';
  if (sinceTime !== '' && sinceSeconds !== undefined) {
    throw invalidLogOption('sinceSeconds', 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified');
  }
  const sinceMs =
    sinceTime === '' ? (sinceSeconds === undefined ? undefined : nowMs - sinceSeconds * 1000) : Date.parse(sinceTime);
  if (Number.isNaN(sinceMs)) throw badRequest(`parsing time ${JSON.stringify(sinceTime)} as RFC 3339`);
  return {
    follow: isTrue(query.get('follow')),
    previous: isTrue(query.get('previous')),
    timestamps: isTrue(query.get('timestamps')),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  };
}

function nonNegative(query: URLSearchParams, name: string, least: 0 | 1): number | undefined {
  const value = integerOf(query, name);
  if (value === undefined || value >= least) return value;
  throw invalidLogOption(name, `Invalid value: ${value}: must be greater than ${least === 0 ? 'or equal to 0' : '0'}`);
}

function invalidLogOption(field: string, message: string): Error {
  return invalidObject('PodLogOptions', '', '', [{ reason: 'FieldValueInvalid', field, message }]);
}
