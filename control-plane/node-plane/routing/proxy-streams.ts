import { LongshoreError } from '../../../lib/errors/errors.js';
import type { Logger } from '../../../lib/log/logger.js';

/** What a kube-proxy said last of its kernel rules. */
export interface AppliedRoutes {
  revision: string;
  /** Empty when the kernel took them. */
  error: string;
  atMs: number;
}

interface ProxyStream {
  readonly keyHash: string;
  readonly controller: AbortController;
  applied: AppliedRoutes | undefined;
}

/**
 * The one route stream of each node's kube-proxy. It belongs to the key that opened it: a
 * newer stream of the same key replaces it, one of another key is refused while it lasts.
 */
export class ProxyStreams {
  readonly #log: Logger;
  readonly #byNode = new Map<string, ProxyStream>();

  constructor(options: { log: Logger }) {
    this.#log = options.log;
  }

  /**
   * Begins a stream; dispose of it at the end. Its signal aborts once it is replaced or ended.
   * @param keyHash of the kube-proxy's public key
   * @throws LongshoreError AlreadyExists while a stream of another key lasts
   */
  open(nodeName: string, keyHash: string): { readonly signal: AbortSignal } & Disposable {
    const former = this.#byNode.get(nodeName);
    if (former && former.keyHash !== keyHash) {
      throw new LongshoreError('AlreadyExists', `another kube-proxy of node ${nodeName} is connected: stop that one first`);
    }
    this.end(nodeName, new LongshoreError('Conflict', 'a newer stream of the same node replaced this one'));
    const stream: ProxyStream = { keyHash, controller: new AbortController(), applied: undefined };
    this.#byNode.set(nodeName, stream);
    return {
      signal: stream.controller.signal,
      [Symbol.dispose]: () => {
        if (this.#byNode.get(nodeName) !== stream) return;
        this.#byNode.delete(nodeName);
        this.#log.info('kube-proxy disconnected', { node: nodeName });
      },
    };
  }

  /** Ends the stream of `nodeName`, if there is one, with `reason`. */
  end(nodeName: string, reason: LongshoreError): void {
    this.#byNode.get(nodeName)?.controller.abort(reason);
    this.#byNode.delete(nodeName);
  }

  /** Hash of the key of the kube-proxy that is connected for `nodeName`. */
  keyOf(nodeName: string): string | undefined {
    return this.#byNode.get(nodeName)?.keyHash;
  }

  /** Notes what a connected kube-proxy reports. */
  report(nodeName: string, applied: AppliedRoutes): void {
    const stream = this.#byNode.get(nodeName);
    if (stream) stream.applied = applied;
  }

  /** Every connected kube-proxy, and what it applied last: undefined before its first report. */
  applied(): { nodeName: string; applied: AppliedRoutes | undefined }[] {
    return Array.from(this.#byNode, ([nodeName, { applied }]) => ({ nodeName, applied }));
  }
}
