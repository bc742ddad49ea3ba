import { linkedController } from '../../async/signals.js';
import { abortReason, type Clock } from '../../clock/clock.js';
import { LongshoreError } from '../../errors/errors.js';
import type { ApiClient } from '../api-client.js';
import type { KubeObject } from '../objects.js';
import type { InNamespace } from '../options.js';
import type { ResourceClient } from '../resource-client.js';
import { computeVerdict, renderCondition, type WaitCondition } from './condition.js';
import { collectEvidence } from './evidence.js';
import type { Verdict } from './verdict.js';

export interface WaitOptions extends InNamespace {
  /** Default 30 s. */
  timeoutMs?: number;
  /** Hears what is seen while it is not yet what is waited for. */
  onProgress?: (observed: string) => void;
}

export interface Wait<T extends KubeObject> extends WaitOptions {
  client: ApiClient;
  clock: Clock;
  resource: ResourceClient<T>;
  name: string;
  condition: WaitCondition;
}

/** The object and the version of the server's answers about it; what an error tells of. */
interface Seen<T> {
  object: T | undefined;
  verdict: Verdict;
}

const defaultTimeoutMs = 30_000;
const evidenceMs = 5_000;

/** See {@link ApiClient.waitFor}. */
export async function waitFor<T extends KubeObject>(
  wait: Wait<T>,
  signal: AbortSignal = new AbortController().signal,
): Promise<T | undefined> {
  const { clock, timeoutMs = defaultTimeoutMs } = wait;
  using deadline = linkedController(signal);
  const cancel = clock.after(timeoutMs, () => deadline.abort());
  const last: Seen<T> = { object: undefined, verdict: { met: false, observed: 'the server has not answered' } };
  try {
    return await watchUntil(wait, last, deadline.signal);
  } catch (thrown) {
    if (signal.aborted) throw abortReason(signal);
    if (!deadline.signal.aborted) throw thrown;
    throw await failure(wait, last, 'DeadlineExceeded', `after ${timeoutMs / 1000} s`);
  } finally {
    cancel();
  }
}

async function watchUntil<T extends KubeObject>(wait: Wait<T>, last: Seen<T>, signal: AbortSignal): Promise<T | undefined> {
  const { resource, namespace, name, condition, onProgress } = wait;
  const selection = {
    namespace,
    fieldSelector: `metadata.name=${name}`,
    onRetry: (error: LongshoreError) => (last.verdict = { met: false, observed: error.message }),
  };
  let firstUid: string | undefined;
  for await (const objects of resource.observe(selection, signal)) {
    const object = objects.find(({ metadata }) => metadata.name === name);
    firstUid ??= object?.metadata.uid;
    // One that was made anew under the name is not the one whose end is waited for.
    const subject = condition.type === 'deleted' && object?.metadata.uid !== firstUid ? undefined : object;
    last.verdict = computeVerdict(condition, subject);
    last.object = object ?? last.object;
    if (last.verdict.met) return object;
    if (last.verdict.hopeless) throw await failure(wait, last, 'FailedPrecondition', 'and will not be');
    onProgress?.(last.verdict.observed);
  }
  throw abortReason(signal);
}

async function failure<T extends KubeObject>(
  { client, clock, resource, name, condition }: Wait<T>,
  { object, verdict }: Seen<T>,
  code: 'DeadlineExceeded' | 'FailedPrecondition',
  when: string,
): Promise<LongshoreError> {
  const { singular, kind } = await resource.resource().catch(() => ({ singular: '', kind: '' }));
  const subject = `${singular || kind.toLowerCase()}/${name}`;
  const evidence = object ? await evidenceOf(client, object, clock) : [];
  const what = condition.type === 'deleted' ? 'not deleted' : `not ${renderCondition(condition)}`;
  const message = [`${subject} is ${what} ${when}: ${verdict.observed}`, ...evidence.map((line) => `  ${line}`)].join('\n');
  return new LongshoreError(code, message, { fields: { object: subject, observed: verdict.observed } });
}

async function evidenceOf(client: ApiClient, object: KubeObject, clock: Clock): Promise<string[]> {
  const limit = new AbortController();
  const cancel = clock.after(evidenceMs, () => limit.abort());
  try {
    return await collectEvidence(client, object, clock.now(), limit.signal);
  } catch (thrown) {
    // The wait's own failure is what matters; that there is no more to say is said.
    return [`its pods and events could not be read: ${LongshoreError.from(thrown).message}`];
  } finally {
    cancel();
  }
}
