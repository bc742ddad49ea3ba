import { decode, encode, type Answer, type Question } from 'dns-packet';

import { type Logger } from '../../lib/log/logger.js';
import { type RoutingTable } from '../routes/routing-table.js';
import { answerQuestion, type ClusterAnswer } from './answer.js';
import { type Forwarder } from './forwarder.js';
import { decodeQuery, encodeFailure, encodeRefusal, encodeReply, type Query } from './message.js';
import { found, type Reply } from './records.js';
import { Zone } from './zone.js';

/** Where an answer came from, for the metrics. */
export type AnswerSource = 'cluster' | 'forward' | 'error';

/** An ExternalName may name another one; a chain longer than this is a loop. */
const longestAliasChain = 8;

/** Answers packets: the cluster's names from the last routing table, the others through the host's servers. */
export class DnsResolver {
  readonly #forwarder: Pick<Forwarder, 'forward'>;
  readonly #log: Logger;
  readonly #random: () => number;
  readonly #onAnswer: (source: AnswerSource) => void;
  #zone: Zone | undefined;

  constructor(options: {
    forwarder: Pick<Forwarder, 'forward'>;
    log: Logger;
    /** Uniform in [0, 1). Default Math.random. */
    random?: () => number;
    onAnswer?: (source: AnswerSource) => void;
  }) {
    this.#forwarder = options.forwarder;
    this.#log = options.log;
    this.#random = options.random ?? Math.random;
    this.#onAnswer = options.onAnswer ?? (() => undefined);
  }

  /** Answers from `table` from now on. */
  setTable(table: RoutingTable): void {
    this.#zone = new Zone(table);
  }

  /** The packet that answers `packet`; undefined for what deserves none. Never throws. */
  async answer(packet: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer | undefined> {
    const query = decodeQuery(packet);
    if (!query) return undefined;
    if ('rcode' in query) return encodeRefusal(query);
    try {
      return await this.#answerQuery(query, packet, transport);
    } catch (thrown) {
      this.#onAnswer('error');
      this.#log.debug('a DNS question was not answered', { name: query.question.name, type: query.question.type, error: thrown });
      return encodeFailure(query);
    }
  }

  async #answerQuery(query: Query, packet: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer> {
    const answer: ClusterAnswer = this.#zone ? answerQuestion(this.#zone, query.question) : { kind: 'foreign' };
    if (answer.kind === 'foreign') {
      const reply = await this.#forwarder.forward(packet, transport);
      this.#onAnswer('forward');
      return reply;
    }
    const reply = answer.kind === 'reply' ? answer.reply : await this.#followAlias(answer, query.question);
    this.#onAnswer('cluster');
    return encodeReply(query, { ...reply, answers: keepAliasesFirst(reply.answers, this.#random) }, transport);
  }

  async #followAlias(alias: ClusterAnswer & { kind: 'alias' }, question: Question): Promise<Reply> {
    const chain: Answer[] = [alias.record];
    if (question.type === 'CNAME') return found(chain);
    let target = alias.target;
    while (chain.length < longestAliasChain) {
      const answer = this.#zone ? answerQuestion(this.#zone, { ...question, name: target }) : undefined;
      if (answer?.kind === 'reply') return { ...answer.reply, answers: [...chain, ...answer.reply.answers] };
      if (answer?.kind !== 'alias') return found([...chain, ...(await this.#lookUp(target, question))]);
      chain.push(answer.record);
      target = answer.target;
    }
    throw new Error(`the alias ${question.name} leads in a circle`);
  }

  async #lookUp(name: string, question: Question): Promise<Answer[]> {
    const packet = encode({ type: 'query', id: 0, flags: 0x0100, questions: [{ ...question, name }] });
    const overUdp = decode(await this.#forwarder.forward(packet, 'udp'));
    if (!overUdp.flag_tc) return overUdp.answers ?? [];
    return decode(await this.#forwarder.forward(packet, 'tcp')).answers ?? [];
  }
}

/** Random order, so that clients that take the first spread; aliases stay ahead of what they lead to. */
function keepAliasesFirst(answers: readonly Answer[], random: () => number): Answer[] {
  const aliases = answers.filter((answer) => answer.type === 'CNAME');
  const others = answers.filter((answer) => answer.type !== 'CNAME');
  for (let last = others.length - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1));
    [others[last], others[chosen]] = [others[chosen] as Answer, others[last] as Answer];
  }
  return [...aliases, ...others];
}
