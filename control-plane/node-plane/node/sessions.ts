import { randomUUID } from 'node:crypto';

import { LongshoreError } from '../../../lib/errors/errors.js';
import type { Logger } from '../../../lib/log/logger.js';
import type { NodeStatus } from '../../../proto/gen/longshore/node/v1/node.js';

/** One registration of a node's kubelet agent. Ends when a newer one fences it. */
export interface Session {
  readonly id: string;
  readonly nodeName: string;
  readonly nodeUid: string;
  readonly instanceId: string;
  /** Aborts once the session is fenced; the reason is the error for its streams. */
  readonly signal: AbortSignal;
  /** The node's status as its agent reported it last. */
  reported: NodeStatus | undefined;
}

/**
 * The current session of each node. In memory only: after a restart of the control plane
 * every session is unknown, and its agent registers again.
 */
export class Sessions {
  readonly #log: Logger;
  readonly #byNode = new Map<string, { session: Session; controller: AbortController }>();

  constructor(options: { log: Logger }) {
    this.#log = options.log;
  }

  /** Begins a session of `nodeName`, fencing the one before. */
  open(node: { name: string; uid: string }, instanceId: string): Session {
    const former = this.#byNode.get(node.name);
    if (former && former.session.instanceId !== instanceId) {
      this.#log.warn('another agent process registered under the same node name, the older one is fenced', {
        node: node.name,
        olderInstance: former.session.instanceId,
        newerInstance: instanceId,
      });
    }
    this.end(node.name);
    const controller = new AbortController();
    const session: Session = {
      id: randomUUID(),
      nodeName: node.name,
      nodeUid: node.uid,
      instanceId,
      signal: controller.signal,
      reported: undefined,
    };
    this.#byNode.set(node.name, { session, controller });
    return session;
  }

  /**
   * The session `id` of `nodeName`.
   * @throws LongshoreError FailedPrecondition when it is not the node's newest: register again
   */
  require(id: string, nodeName: string): Session {
    const current = this.#byNode.get(nodeName)?.session;
    if (current?.id !== id) throw fenced();
    return current;
  }

  of(nodeName: string): Session | undefined {
    return this.#byNode.get(nodeName)?.session;
  }

  /** Fences the session of `nodeName`, if there is one. */
  end(nodeName: string): void {
    this.#byNode.get(nodeName)?.controller.abort(fenced());
    this.#byNode.delete(nodeName);
  }

  /** Names of the nodes that have a session. */
  names(): string[] {
    return [...this.#byNode.keys()];
  }
}

function fenced(): LongshoreError {
  return new LongshoreError('FailedPrecondition', 'session fenced: register again');
}
