import {
  decode,
  encode,
  AUTHORITATIVE_ANSWER,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
  type Answer,
  type DecodedPacket,
  type Question,
} from 'dns-packet';

import { failed, type Rcode, type Reply } from './records.js';

/** What a client without EDNS takes over UDP (RFC 1035). */
const plainUdpBytes = 512;
/** What we send over UDP at most: passes every network unfragmented (DNS flag day 2020). */
const largestUdpBytes = 1_232;

const rcodes: Record<Rcode, number> = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 };

/** A query with one question. */
export interface Query {
  id: number;
  question: Question;
  recursionDesired: boolean;
  /** Bytes that the client takes over UDP; undefined without EDNS. */
  edns: { udpPayloadSize: number } | undefined;
}

/** @returns undefined for what is not a query: such a packet gets no answer */
export function decodeQuery(packet: Buffer): Query | { id: number; rcode: 'FORMERR' | 'NOTIMP' } | undefined {
  if (packet.length < 12) return undefined;
  const id = packet.readUInt16BE(0);
  const isResponse = (packet.readUInt8(2) & 0x80) !== 0;
  if (isResponse) return undefined;
  const opcode = (packet.readUInt8(2) >> 3) & 0x0f;
  if (opcode !== 0) return { id, rcode: 'NOTIMP' };
  let decoded: DecodedPacket;
  try {
    decoded = decode(packet);
  } catch {
    // Whatever is wrong with it, the client is told that it is.
    return { id, rcode: 'FORMERR' };
  }
  const [question] = decoded.questions ?? [];
  if (!question || decoded.questions?.length !== 1) return { id, rcode: 'FORMERR' };
  const option = decoded.additionals?.find((record) => record.type === 'OPT') as { udpPayloadSize: number } | undefined;
  return {
    id,
    question,
    recursionDesired: ((decoded.flags ?? 0) & RECURSION_DESIRED) !== 0,
    edns: option ? { udpPayloadSize: option.udpPayloadSize } : undefined,
  };
}

/** The packet that answers `query` over `transport`; over UDP cut to what the client takes (TC: ask again over TCP). */
export function encodeReply(query: Query, reply: Reply, transport: 'udp' | 'tcp'): Buffer {
  const packet = encodePacket(query, reply, 0);
  const limit = Math.max(plainUdpBytes, Math.min(query.edns?.udpPayloadSize ?? plainUdpBytes, largestUdpBytes));
  if (transport === 'tcp' || packet.length <= limit) return packet;
  const bare = encodePacket(query, { ...reply, additionals: [] }, 0);
  if (bare.length <= limit) return bare;
  return encodePacket(query, { ...reply, answers: [], authorities: [], additionals: [] }, TRUNCATED_RESPONSE);
}

/** The header that answers a packet whose question cannot be repeated. */
export function encodeRefusal(refusal: { id: number; rcode: 'FORMERR' | 'NOTIMP' }): Buffer {
  const packet = Buffer.alloc(12);
  packet.writeUInt16BE(refusal.id, 0);
  packet.writeUInt16BE(0x8000 | (refusal.rcode === 'FORMERR' ? 1 : 4), 2);
  return packet;
}

/** A reply that says that something here went wrong. */
export function encodeFailure(query: Query): Buffer {
  return encodePacket(query, failed('SERVFAIL'), 0);
}

function encodePacket(query: Query, reply: Reply, extraFlags: number): Buffer {
  const flags =
    RECURSION_AVAILABLE |
    (query.recursionDesired ? RECURSION_DESIRED : 0) |
    (reply.authoritative ? AUTHORITATIVE_ANSWER : 0) |
    extraFlags |
    rcodes[reply.rcode];
  const option: Answer = { type: 'OPT', name: '.', udpPayloadSize: largestUdpBytes, flags: 0, options: [] } as never;
  return encode({
    type: 'response',
    id: query.id,
    flags,
    questions: [query.question],
    answers: reply.answers,
    authorities: reply.authorities,
    additionals: query.edns ? [...reply.additionals, option] : reply.additionals,
  });
}
