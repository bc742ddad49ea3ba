/**
 * Hands keys from one writer to any number of readers. A key that a reader has not
 * taken yet is held once however often it is published, so a slow reader costs a
 * bounded amount of memory.
 */
export class ChangeFeed {
  readonly #readers = new Set<{ pending: Set<string>; wake: () => void }>();

  publish(key: string): void {
    for (const reader of this.#readers) {
      reader.pending.add(key);
      reader.wake();
    }
  }

  /** Keys published from now on, until `signal` aborts. The subscription begins with the call, not with the first read. */
  subscribe(signal: AbortSignal): AsyncIterable<string> {
    let wake = (): void => undefined;
    const reader = {
      pending: new Set<string>(),
      wake: () => {
        wake();
      },
    };
    this.#readers.add(reader);
    const leave = (): void => {
      this.#readers.delete(reader);
      reader.wake();
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    const readers = this.#readers;
    return (async function* () {
      try {
        while (!signal.aborted) {
          const [key] = reader.pending;
          if (key !== undefined) {
            reader.pending.delete(key);
            yield key;
            continue;
          }
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } finally {
        readers.delete(reader);
        signal.removeEventListener('abort', leave);
      }
    })();
  }
}
