import { type Clock } from '../../lib/clock/clock.js';
import { agedCopy, findTtls, type PacketTtls } from './packet-ttls.js';

/** Longest that a reply of another server is kept, whatever it allows. */
const longestSeconds = 30;
const largestEntries = 1_000;

interface Entry {
  packet: Buffer;
  ttls: PacketTtls;
  storedMs: number;
  expiresMs: number;
}

/** Replies of the host's servers, positive and negative, for as long as they allow; the oldest go first. */
export class ReplyCache {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
  }

  get(key: string, id: number): Buffer | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    const nowMs = this.#clock.monotonic();
    if (nowMs >= entry.expiresMs) {
      this.#entries.delete(key);
      return undefined;
    }
    const ageSeconds = Math.floor((nowMs - entry.storedMs) / 1_000);
    return agedCopy(entry.packet, { id, offsets: entry.ttls.offsets, ageSeconds });
  }

  /** Keeps a NOERROR or NXDOMAIN reply that is whole and has records to say for how long. */
  put(key: string, packet: Buffer): void {
    const rcode = packet.readUInt8(3) & 0x0f;
    const truncated = (packet.readUInt8(2) & 0x02) !== 0;
    const ttls = findTtls(packet);
    if (truncated || (rcode !== 0 && rcode !== 3) || !ttls || ttls.offsets.length === 0 || ttls.smallestSeconds === 0) return;
    const storedMs = this.#clock.monotonic();
    const expiresMs = storedMs + Math.min(ttls.smallestSeconds, longestSeconds) * 1_000;
    this.#entries.delete(key);
    this.#entries.set(key, { packet: Buffer.from(packet), ttls, storedMs, expiresMs });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= largestEntries) break;
      this.#entries.delete(oldest);
    }
  }
}
