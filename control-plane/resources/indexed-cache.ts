import { keyOf, type KubeObject } from './client.js';

/** Values under which an index finds an object. */
export type IndexFunction<T> = (object: T) => string | readonly string[] | undefined;
export type IndexFunctions<T> = Readonly<Record<string, IndexFunction<T>>>;

interface Index<T> {
  readonly valuesOf: IndexFunction<T>;
  readonly keys: Map<string, Set<string>>;
}

const namespaceIndex = 'metadata.namespace';

/** Objects by key, and by whatever indexes are asked for; every index is always exact. */
export class IndexedCache<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, Index<T>>();

  constructor() {
    this.addIndexes({ [namespaceIndex]: (object) => object.metadata.namespace });
  }

  /** Adds indexes over what is there and what comes; one that exists keeps its function. */
  addIndexes(indexes: IndexFunctions<T>): void {
    for (const [name, valuesOf] of Object.entries(indexes)) {
      if (this.#indexes.has(name)) continue;
      const index = { valuesOf, keys: new Map<string, Set<string>>() };
      this.#indexes.set(name, index);
      for (const [key, object] of this.#objects) insert(index, key, object);
    }
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(namespace?: string): readonly T[] {
    return namespace === undefined ? [...this.#objects.values()] : this.byIndex(namespaceIndex, namespace);
  }

  /** @throws when there is no such index: a programming error */
  byIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name);
    if (!index) throw new Error(`informer has no index ${name}`);
    const found: T[] = [];
    for (const key of index.keys.get(value) ?? []) {
      const object = this.#objects.get(key);
      if (object) found.push(object);
    }
    return found;
  }

  /** @returns the object that was there before */
  set(object: T): T | undefined {
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) {
      if (previous) remove(index, key, previous);
      insert(index, key, object);
    }
    return previous;
  }

  /** @returns the object that was there */
  delete(key: string): T | undefined {
    const previous = this.#objects.get(key);
    if (!previous) return undefined;
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) remove(index, key, previous);
    return previous;
  }
}

function valuesOf<T>(index: Index<T>, object: T): readonly string[] {
  const values = index.valuesOf(object);
  if (values === undefined) return [];
  return typeof values === 'string' ? [values] : values;
}

function insert<T>(index: Index<T>, key: string, object: T): void {
  for (const value of valuesOf(index, object)) {
    const keys = index.keys.get(value);
    if (keys) keys.add(key);
    else index.keys.set(value, new Set([key]));
  }
}

function remove<T>(index: Index<T>, key: string, object: T): void {
  for (const value of valuesOf(index, object)) {
    const keys = index.keys.get(value);
    keys?.delete(key);
    if (keys?.size === 0) index.keys.delete(value);
  }
}
