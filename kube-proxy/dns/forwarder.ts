import { randomInt } from 'node:crypto';

import { type Clock } from '../../lib/clock/clock.js';
import { LongshoreError } from '../../lib/errors/errors.js';
import { ReplyCache } from './reply-cache.js';
import { exchange, type Exchange, type Upstream } from './upstream-exchange.js';

/** A client of ours asks again after 2 s; by then a second server should have been tried. */
const attemptTimeoutMs = 1_500;
const rounds = 2;
/** Questions on their way at once; one more is refused. */
const largestInFlight = 256;

/** Passes questions that are not the cluster's on to the servers of the host, byte for byte. */
export class Forwarder {
  readonly #upstreams: () => Promise<readonly Upstream[]>;
  readonly #clock: Clock;
  readonly #exchange: Exchange;
  readonly #cache: ReplyCache;
  readonly #inFlight = new Map<string, Promise<Buffer>>();

  /** @param options.upstreams servers in the order to try, none of them ourselves */
  constructor(options: { upstreams: () => Promise<readonly Upstream[]>; clock: Clock; exchange?: Exchange }) {
    this.#upstreams = options.upstreams;
    this.#clock = options.clock;
    this.#exchange = options.exchange ?? exchange;
    this.#cache = new ReplyCache(options);
  }

  /**
   * The answer to the query `packet`, with that query's id.
   * @throws LongshoreError Unavailable when no server answers, ResourceExhausted when too many are asked already
   */
  async forward(packet: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer> {
    const id = packet.readUInt16BE(0);
    // All after the id: the question as it was written, and the client's EDNS.
    const key = `${transport}${packet.subarray(2).toString('latin1')}`;
    const cached = this.#cache.get(key, id);
    if (cached) return cached;
    let answer = this.#inFlight.get(key);
    if (!answer) {
      if (this.#inFlight.size >= largestInFlight) {
        throw new LongshoreError('ResourceExhausted', 'too many DNS questions are being forwarded');
      }
      answer = this.#ask(packet, transport).finally(() => this.#inFlight.delete(key));
      this.#inFlight.set(key, answer);
    }
    const reply = Buffer.from(await answer);
    this.#cache.put(key, reply);
    reply.writeUInt16BE(id, 0);
    return reply;
  }

  async #ask(packet: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer> {
    const upstreams = await this.#upstreams();
    let cause: unknown;
    for (let round = 0; round < rounds; round++) {
      for (const upstream of upstreams) {
        const question = Buffer.from(packet);
        question.writeUInt16BE(randomInt(0x10000), 0);
        try {
          return await this.#exchange(upstream, question, { transport, timeoutMs: attemptTimeoutMs, clock: this.#clock });
        } catch (thrown) {
          cause = thrown;
        }
      }
    }
    throw new LongshoreError('Unavailable', 'no DNS server of the host answers', {
      cause,
      fields: { servers: upstreams.length },
    });
  }
}
