import { LongshoreError } from '../../../lib/errors/errors.js';
import type { Logger } from '../../../lib/log/logger.js';

/** More than these are not told apart. */
const maxPending = 1_000;

/** A connected kube-proxy, as metrics show it. */
export interface ProxyStatus {
  readonly nodeName: string;
  /** Messages that it was sent and has not applied. */
  readonly pending: number;
  /** The kernel refuses what it was told last. */
  readonly refused: boolean;
}

/** What a connected kube-proxy says of its routes. */
export interface ProxyReport {
  readonly nodeName: string;
  /** Where its connection comes from. */
  readonly peerAddress: string;
  readonly unreachableNodes: readonly string[];
}

interface ProxyStream {
  readonly keyHash: string;
  readonly peerAddress: string;
  readonly controller: AbortController;
  /** Revisions that were sent and not yet reported as applied, oldest first. */
  sent: string[];
  refused: boolean;
  /** Undefined before the first report. */
  unreachableNodes: readonly string[] | undefined;
}

export interface OpenProxyStream {
  /** Aborts once the stream is replaced or ended. */
  readonly signal: AbortSignal;
  /** Notes a revision that was sent. */
  sent(revision: string): void;
}

/**
 * The one route stream of each node's kube-proxy. It belongs to the key that opened it: a
 * newer stream of the same key replaces it, one of another key is refused while it lasts.
 */
export class ProxyStreams {
  readonly #log: Logger;
  readonly #onChange: () => void;
  readonly #byNode = new Map<string, ProxyStream>();

  /** @param options.onChange called when a kube-proxy's routes are reported otherwise, or it has gone */
  constructor(options: { log: Logger; onChange?: () => void }) {
    this.#log = options.log;
    this.#onChange = options.onChange ?? (() => undefined);
  }

  /**
   * Begins a stream; dispose of it at the end.
   * @param keyHash of the kube-proxy's public key
   * @param peerAddress where its connection comes from
   * @throws LongshoreError AlreadyExists while a stream of another key lasts
   */
  open(nodeName: string, keyHash: string, peerAddress: string): OpenProxyStream & Disposable {
    const former = this.#byNode.get(nodeName);
    if (former && former.keyHash !== keyHash) {
      throw new LongshoreError('AlreadyExists', `another kube-proxy of node ${nodeName} is connected: stop that one first`);
    }
    this.end(nodeName, new LongshoreError('Conflict', 'a newer stream of the same node replaced this one'));
    const stream: ProxyStream = {
      keyHash,
      peerAddress,
      controller: new AbortController(),
      sent: [],
      refused: false,
      // A proxy that only connects again has the routes that it had.
      unreachableNodes: former?.unreachableNodes,
    };
    this.#byNode.set(nodeName, stream);
    return {
      signal: stream.controller.signal,
      sent: (revision) => {
        stream.sent.push(revision);
        if (stream.sent.length > maxPending) stream.sent.shift();
      },
      [Symbol.dispose]: () => {
        if (this.#byNode.get(nodeName) !== stream) return;
        this.#byNode.delete(nodeName);
        this.#onChange();
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

  /** Notes what a connected kube-proxy reports: `revision` and all before it are in the kernel, unless it is refused. */
  report(nodeName: string, report: { revision: string; refused: boolean; unreachableNodes: readonly string[] }): void {
    const { revision, refused, unreachableNodes } = report;
    const stream = this.#byNode.get(nodeName);
    if (!stream) return;
    stream.refused = refused;
    if (stream.unreachableNodes?.join() !== unreachableNodes.join()) {
      stream.unreachableNodes = unreachableNodes;
      this.#onChange();
    }
    if (!refused) stream.sent = stream.sent.slice(stream.sent.lastIndexOf(revision) + 1);
  }

  /** What the connected kube-proxies have said of their routes. */
  reports(): ProxyReport[] {
    return Array.from(this.#byNode).flatMap(([nodeName, { peerAddress, unreachableNodes }]) =>
      unreachableNodes ? [{ nodeName, peerAddress, unreachableNodes }] : [],
    );
  }

  /** Every connected kube-proxy. */
  status(): ProxyStatus[] {
    return Array.from(this.#byNode, ([nodeName, { sent, refused }]) => ({ nodeName, pending: sent.length, refused }));
  }
}
