import { Gauge, type Registry } from 'prom-client';

/** How many streams of users are open, by what was asked for. */
export class StreamMetrics {
  readonly #open: Gauge<'kind'>;

  /** Call once a registry. */
  constructor(registry: Registry) {
    this.#open = new Gauge({
      name: 'longshore_kubelet_open_streams',
      help: 'Streams that users have open to pods of this node: logs, exec, attach and forwarded connections.',
      labelNames: ['kind'],
      registers: [registry],
    });
  }

  /** @returns what to call once the stream has ended */
  open(kind: string): () => void {
    this.#open.inc({ kind });
    return () => this.#open.dec({ kind });
  }
}
