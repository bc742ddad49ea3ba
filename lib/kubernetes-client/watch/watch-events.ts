import type { KubeObject } from '../objects.js';
import type { Change } from './follow.js';

export interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** After the change; of a deletion the last state that is known. */
  object: T;
}

/** The objects of a followed collection, kept up to date by its changes. */
export class Observed<T extends KubeObject> {
  readonly #objects = new Map<string, T>();

  /** In the order in which they appeared. */
  items(): T[] {
    return [...this.#objects.values()];
  }

  /**
   * Takes a change in. @returns what it means for somebody who has heard of every earlier one:
   * a repeated LIST becomes the differences.
   */
  take(change: Change<T>): WatchEvent<T>[] {
    if (change.type === 'LIST') return this.#takeList(change.items);
    const { type, item } = change;
    if (type === 'DELETED') this.#objects.delete(keyOf(item));
    else this.#objects.set(keyOf(item), item);
    return [{ type, object: item }];
  }

  #takeList(items: readonly T[]): WatchEvent<T>[] {
    const events: WatchEvent<T>[] = [];
    const listed = new Set(items.map(keyOf));
    for (const [key, object] of this.#objects) {
      if (listed.has(key)) continue;
      this.#objects.delete(key);
      events.push({ type: 'DELETED', object });
    }
    for (const object of items) {
      const known = this.#objects.get(keyOf(object));
      this.#objects.set(keyOf(object), object);
      if (known?.metadata.resourceVersion === object.metadata.resourceVersion) continue;
      events.push({ type: known ? 'MODIFIED' : 'ADDED', object });
    }
    return events;
  }
}

/** An object that was made again under the same name is another one. */
function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}/${metadata.uid ?? ''}`;
}
