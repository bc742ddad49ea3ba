/** What the last sign of life of a node means. */
export interface NodeSilence {
  /** Since the last sign of life, or since the watching began. */
  readonly silentMs: number;
  /** A sign of life was seen since the watching began: what the Node object says is of today. */
  readonly heard: boolean;
}

interface Signal {
  readonly value: string;
  readonly atMs: number;
  readonly heard: boolean;
}

/**
 * When each node last gave a sign of life, by this process's monotonic clock: nobody's
 * wall clock matters, and after a start (or {@link restart}) every node has its full grace
 * period again.
 */
export class NodeSignals {
  readonly #signals = new Map<string, Signal>();

  /** Takes the newest sign of life of a node; one that differs from the last is a new one. */
  observe(name: string, value: string, nowMs: number): void {
    const known = this.#signals.get(name);
    if (known?.value === value) return;
    this.#signals.set(name, { value, atMs: nowMs, heard: known !== undefined });
  }

  silence(name: string, nowMs: number): NodeSilence {
    const signal = this.#signals.get(name);
    if (!signal) return { silentMs: 0, heard: false };
    return { silentMs: nowMs - signal.atMs, heard: signal.heard };
  }

  value(name: string): string | undefined {
    return this.#signals.get(name)?.value;
  }

  /** Grants every node its full grace period from now on. */
  restart(nowMs: number): void {
    for (const [name, { value }] of this.#signals) this.#signals.set(name, { value, atMs: nowMs, heard: false });
  }

  forget(name: string): void {
    this.#signals.delete(name);
  }
}
