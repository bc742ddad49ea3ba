/** Items by priority, the highest first; of one priority in the order in which they came. */
export class PriorityFifo<T> {
  readonly #byPriority = new Map<number, Set<T>>();
  /** Descending. */
  #priorities: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Nothing happens when `item` is there already. */
  add(item: T, priority: number): void {
    let items = this.#byPriority.get(priority);
    if (!items) {
      items = new Set();
      this.#byPriority.set(priority, items);
      this.#priorities = [...this.#priorities, priority].sort((a, b) => b - a);
    }
    if (items.has(item)) return;
    items.add(item);
    this.#size++;
  }

  delete(item: T, priority: number): void {
    const items = this.#byPriority.get(priority);
    if (!items?.delete(item)) return;
    this.#size--;
    if (items.size > 0) return;
    this.#byPriority.delete(priority);
    this.#priorities = this.#priorities.filter((other) => other !== priority);
  }

  /** Takes the first item out. */
  shift(): T | undefined {
    const [priority] = this.#priorities;
    if (priority === undefined) return undefined;
    for (const item of this.#byPriority.get(priority) ?? []) {
      this.delete(item, priority);
      return item;
    }
    return undefined;
  }
}
