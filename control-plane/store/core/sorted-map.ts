/**
 * A map whose keys can be read in order (by UTF-16 code unit). Lookups cost a hash; a new
 * or removed key costs one binary search and one memory move.
 */
export class SortedMap<V> {
  readonly #values: Map<string, V>;
  readonly #keys: string[];

  constructor(entries: Iterable<readonly [string, V]> = []) {
    this.#values = new Map(entries);
    this.#keys = [...this.#values.keys()].sort(compareKeys);
  }

  get size(): number {
    return this.#keys.length;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: V): void {
    if (!this.#values.has(key)) this.#keys.splice(this.#indexOf(key), 0, key);
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#keys.splice(this.#indexOf(key), 1);
  }

  /** In key order, the first `limit` values whose keys start with `prefix` and are greater than `after`; and how many more there are. */
  page(prefix: string, after: string | undefined, limit: number): { values: V[]; remaining: number } {
    const [start, end] = this.#range(prefix, after);
    const stop = Math.min(end, start + limit);
    const values: V[] = [];
    for (let index = start; index < stop; index++) {
      const value = this.#values.get(this.#keys[index] ?? '');
      if (value !== undefined) values.push(value);
    }
    return { values, remaining: end - stop };
  }

  #range(prefix: string, after: string | undefined): [start: number, end: number] {
    const first = this.#indexOf(prefix);
    const start = after === undefined ? first : Math.max(first, this.#indexAfter(after));
    return [start, Math.max(start, this.#endOf(prefix))];
  }

  /** Where `key` is, or would be. */
  #indexOf(key: string): number {
    return this.#search((other) => other < key);
  }

  #indexAfter(key: string): number {
    return this.#search((other) => other <= key);
  }

  #endOf(prefix: string): number {
    return this.#search((other) => other < prefix || other.startsWith(prefix));
  }

  /** How many keys, from the first on, are `before`. */
  #search(before: (key: string) => boolean): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (before(this.#keys[middle] ?? '')) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The order of keys everywhere in the store: by UTF-16 code unit, as `<` compares strings. */
export function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
