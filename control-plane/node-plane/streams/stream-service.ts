import type { ServerDuplexStream } from '@grpc/grpc-js';

import { linkedSignal } from '../../../lib/async/signals.js';
import { LongshoreError } from '../../../lib/errors/errors.js';
import { type CallContext, contextOf, serverStream } from '../../../lib/grpc/server-calls.js';
import { statusOf } from '../../../lib/grpc/server-errors.js';
import type { Logger } from '../../../lib/log/logger.js';
import type {
  AttachRequest,
  AttachResponse,
  ListenRequest,
  ListenResponse,
  StreamServiceServer,
} from '../../../proto/gen/longshore/streams/v1/streams.js';
import { requireAgent } from '../access.js';
import type { Sessions } from '../node/sessions.js';
import { AgentStream } from './agent-stream.js';
import type { AgentStreams } from './agent-streams.js';

/** streams.v1.StreamService. */
export class StreamService {
  readonly #streams: AgentStreams;
  readonly #sessions: Sessions;
  readonly #log: Logger;
  readonly #shutdown: AbortSignal;

  constructor(options: { streams: AgentStreams; sessions: Sessions; log: Logger; shutdown: AbortSignal }) {
    this.#streams = options.streams;
    this.#sessions = options.sessions;
    this.#log = options.log;
    this.#shutdown = options.shutdown;
  }

  implementation(): StreamServiceServer {
    return {
      listen: serverStream((request, context) => this.#listen(request, context), this.#log),
      attach: (call) => void this.#attach(call),
    };
  }

  async *#listen(request: ListenRequest, context: CallContext): AsyncGenerator<ListenResponse, void, undefined> {
    const agent = requireAgent(context, ['kubelet']);
    const session = this.#sessions.require(request.sessionId, agent.nodeName);
    using until = linkedSignal(context.signal, session.signal, this.#shutdown);
    yield* this.#streams.listen(agent.nodeName, until.signal);
    throw new LongshoreError('Conflict', 'a newer Listen of the same session replaced this one');
  }

  async #attach(call: ServerDuplexStream<AttachRequest, AttachResponse>): Promise<void> {
    const context = contextOf(call);
    try {
      const agent = requireAgent(context, ['kubelet']);
      const stream = new AgentStream(call);
      const open = await stream.opened(context.signal);
      this.#sessions.require(open.sessionId, agent.nodeName);
      this.#streams.attach(agent.nodeName, open.streamId, stream);
    } catch (thrown) {
      if (!call.cancelled) call.emit('error', statusOf(thrown, this.#log, call.getPath()));
    }
  }
}
