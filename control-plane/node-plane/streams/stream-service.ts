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
import type { AgentStream, AgentStreams } from './agent-streams.js';

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
    // Errors of the transport end the iteration too; here they only must not be unhandled.
    call.on('error', () => undefined);
    const messages = call[Symbol.asyncIterator]() as AsyncIterator<AttachRequest>;
    try {
      const agent = requireAgent(context, ['kubelet']);
      const first = await messages.next();
      const open = first.done === true ? undefined : first.value.message;
      if (open?.$case !== 'open') throw new LongshoreError('InvalidArgument', 'the first message must be open');
      this.#sessions.require(open.value.sessionId, agent.nodeName);
      this.#streams.attach(agent.nodeName, open.value.streamId, agentStream(call, messages, context.signal));
    } catch (thrown) {
      if (!call.cancelled) call.emit('error', statusOf(thrown, this.#log, call.getPath()));
    }
  }
}

function agentStream(
  call: ServerDuplexStream<AttachRequest, AttachResponse>,
  messages: AsyncIterator<AttachRequest>,
  signal: AbortSignal,
): AgentStream {
  let ended = false;
  return {
    messages: {
      next: async () => {
        try {
          const result = await messages.next();
          if (result.done === true && signal.aborted) throw brokenOff();
          return result;
        } catch (thrown) {
          throw signal.aborted ? brokenOff() : LongshoreError.from(thrown, 'Unavailable');
        }
      },
    },
    send: (message) => {
      if (!ended && !call.cancelled) call.write(message);
    },
    end: () => {
      if (ended) return;
      ended = true;
      call.end();
    },
  };
}

function brokenOff(): LongshoreError {
  return new LongshoreError('Unavailable', 'the connection to the kubelet agent broke');
}
