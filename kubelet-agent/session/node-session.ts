import { backoffDelay } from '../../lib/async/backoff.js';
import { linkedController } from '../../lib/async/signals.js';
import type { Clock } from '../../lib/clock/clock.js';
import { isError, LongshoreError } from '../../lib/errors/errors.js';
import { callUnary, readStream } from '../../lib/grpc/client.js';
import type { Logger } from '../../lib/log/logger.js';
import { type NodeServiceClient, NodeStatus, type RegisterResponse, type Taint } from '../../proto/gen/longshore/node/v1/node.js';
import type { EventBuffer } from '../status/event-buffer.js';
import type { StatusReporter } from '../status/status-reporter.js';
import { AssignmentSet, type AssignmentUpdate } from './assignment-set.js';
import { retryStream } from './retry-stream.js';

const callTimeoutMs = 5_000;

/**
 * The agent's standing with the control plane.
 *
 *   waiting --(pause over)--> registering --(registered)--> connected
 *      ^---------(failed)---------'   ^-----(fenced)------------'
 *
 * Connected means registered: while the control plane is away the session stays, its
 * streams and calls are tried again, and everything keeps running. A control plane that
 * has restarted knows the session no more and says so, which leads back to registering.
 */
export type SessionState =
  { kind: 'waiting'; reason: string } | { kind: 'registering' } | { kind: 'connected'; sessionId: string };

/** Registers the node, then heartbeats, follows assignments, reports; for ever. */
export class NodeSession {
  readonly #options: NodeSessionOptions;
  #state: SessionState = { kind: 'waiting', reason: 'not registered yet' };
  #lastAnswerMs = -Infinity;
  /** Code of the last failure since the last registration. */
  #lastFailure: LongshoreError['code'] | undefined;

  constructor(options: NodeSessionOptions) {
    this.#options = options;
  }

  /** Undefined while not registered. */
  get sessionId(): string | undefined {
    return this.#state.kind === 'connected' ? this.#state.sessionId : undefined;
  }

  /** Why the control plane does not know this node as alive; undefined when it does. */
  get problem(): string | undefined {
    if (this.#state.kind === 'waiting') return this.#state.reason;
    if (this.#state.kind === 'registering') return 'registering with the control plane';
    const silentMs = this.#options.clock.monotonic() - this.#lastAnswerMs;
    return silentMs > 3 * callTimeoutMs ? `no answer of the control plane for ${Math.round(silentMs / 1000)} s` : undefined;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (let failures = 0; !signal.aborted;) {
      try {
        this.#setState({ kind: 'registering' });
        const registered = await this.#register(signal);
        await this.#options.onRegistered(registered, signal);
        this.#setState({ kind: 'connected', sessionId: registered.sessionId });
        failures = 0;
        this.#lastFailure = undefined;
        await this.#keep(registered, signal);
      } catch (thrown) {
        if (signal.aborted) return;
        const error = LongshoreError.from(thrown);
        failures += 1;
        this.#logFailure(error);
        this.#setState({ kind: 'waiting', reason: error.message });
        await clock.sleep(backoffDelay(failures, { initialMs: 100, maxMs: 2_000 }), signal).catch(() => undefined);
      }
    }
  }

  async #register(signal: AbortSignal): Promise<RegisterResponse> {
    const { client, nodeName, labels, taints, instanceId, readStatus } = this.#options;
    const status = await readStatus();
    const request = { nodeName, status, labels, taints: [...taints], instanceId };
    const response = await callUnary(client.register.bind(client), request, { timeoutMs: callTimeoutMs, signal });
    this.#lastAnswerMs = this.#options.clock.monotonic();
    return response;
  }

  /** Ends with the error that ends the session. */
  async #keep(registered: RegisterResponse, signal: AbortSignal): Promise<void> {
    const { client, reporter, events, listen, clock, log } = this.#options;
    const { sessionId } = registered;
    using life = linkedController(signal);
    const tasks: ((ended: AbortSignal) => Promise<void>)[] = [
      (ended) => this.#heartbeat(registered, ended),
      (ended) => retryStream('assignments', (open) => this.#followAssignments(sessionId, open), { clock, log }, ended),
      (ended) => retryStream('streams', (open) => listen(sessionId, open), { clock, log }, ended),
      (ended) =>
        reporter().run(async (reports) => {
          const call = client.reportPodStatus.bind(client);
          return (await callUnary(call, { sessionId, reports }, { timeoutMs: callTimeoutMs, signal: ended })).acknowledgedPodUids;
        }, ended),
      (ended) =>
        events.run(async (recorded) => {
          const call = client.recordEvents.bind(client);
          await callUnary(call, { sessionId, events: recorded }, { timeoutMs: callTimeoutMs, signal: ended });
        }, ended),
    ];
    let failure: unknown;
    await Promise.all(
      tasks.map((task) =>
        task(life.signal).catch((thrown: unknown) => {
          if (life.signal.aborted) return;
          failure = thrown;
          life.abort();
        }),
      ),
    );
    if (failure !== undefined) throw LongshoreError.from(failure);
  }

  async #heartbeat({ sessionId, heartbeatPeriodMs }: RegisterResponse, signal: AbortSignal): Promise<void> {
    const { client, readStatus, clock, log } = this.#options;
    let periodMs = Math.max(100, heartbeatPeriodMs);
    let acknowledged: Uint8Array | undefined;
    while (!signal.aborted) {
      const status = await readStatus();
      const encoded = NodeStatus.encode(status).finish();
      const unchanged = acknowledged && Buffer.compare(acknowledged, encoded) === 0;
      try {
        const request = { sessionId, status: unchanged ? undefined : status };
        const response = await callUnary(client.heartbeat.bind(client), request, { timeoutMs: callTimeoutMs, signal });
        acknowledged = encoded;
        this.#lastAnswerMs = clock.monotonic();
        periodMs = Math.max(100, response.nextPeriodMs || periodMs);
      } catch (thrown) {
        if (!isError(thrown, 'Unavailable', 'DeadlineExceeded', 'Conflict')) throw thrown;
        log.debug('heartbeat not answered', { error: thrown });
      }
      await clock.sleep(periodMs, signal);
    }
  }

  async #followAssignments(sessionId: string, signal: AbortSignal): Promise<void> {
    const { client, apply, log } = this.#options;
    const set = new AssignmentSet();
    for await (const message of readStream(client.watchAssignments({ sessionId }), signal)) {
      const update = set.accept(message);
      if (update.kind === 'partial') continue;
      if (update.kind === 'gap') {
        log.warn('assignments have a gap, asking for all of them', { reason: update.reason });
        return;
      }
      if (update.kind === 'complete') log.info('assignments received', { pods: update.assigned.length });
      apply(update);
    }
  }

  /** Says it once for each kind of failure. A control plane that is away, or was and has forgotten this session, is nothing unusual. */
  #logFailure(error: LongshoreError): void {
    const { log } = this.#options;
    const { code, message: reason } = error;
    const repeated = code === this.#lastFailure;
    this.#lastFailure = code;
    if (repeated) log.debug('cannot register yet', { reason });
    else if (code === 'Unauthenticated' || code === 'PermissionDenied') {
      log.error('the control plane refuses this node, trying again', { reason });
    } else if (code === 'FailedPrecondition' || code === 'Unavailable' || code === 'DeadlineExceeded') {
      log.info('session with the control plane is over, registering again', { reason });
    } else log.warn('session with the control plane is over, registering again', { error });
  }

  #setState(state: SessionState): void {
    const { log, nodeName } = this.#options;
    if (state.kind === 'connected') log.info('registered with the control plane', { node: nodeName });
    this.#state = state;
  }
}

export interface NodeSessionOptions {
  client: NodeServiceClient;
  nodeName: string;
  labels: Record<string, string>;
  taints: readonly Taint[];
  /** Random; tells two agents under one name apart. */
  instanceId: string;
  readStatus: () => Promise<NodeStatus>;
  /** Called with every registration, before anything else is done in the session. */
  onRegistered: (response: RegisterResponse, signal: AbortSignal) => Promise<void>;
  apply: (update: Extract<AssignmentUpdate, { kind: 'complete' | 'change' }>) => void;
  /** Answers requests for streams until the Listen stream ends. */
  listen: (sessionId: string, signal: AbortSignal) => Promise<void>;
  /** Of the pods that the last registration put in place. */
  reporter: () => StatusReporter;
  events: EventBuffer;
  clock: Clock;
  log: Logger;
}
