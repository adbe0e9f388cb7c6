/** A first-in-first-out queue without shifting: one array fills while the other empties. */
export class Queue<T extends object> {
  #leaving: T[] = [];
  #next = 0;
  #arriving: T[] = [];

  /** Whether it holds nothing. */
  get isEmpty(): boolean {
    return this.#next === this.#leaving.length;
  }

  /** The item that is taken next; `undefined` if there is none. */
  get first(): T | undefined {
    return this.#leaving[this.#next];
  }

  /** Adds an item at the end. */
  push(item: T): void {
    (this.isEmpty ? this.#leaving : this.#arriving).push(item);
  }

  /** Takes the first item; `undefined` if there is none. */
  shift(): T | undefined {
    if (this.isEmpty) return undefined;
    const item = this.#leaving[this.#next++];
    if (this.isEmpty) {
      this.#leaving = this.#arriving;
      this.#arriving = [];
      this.#next = 0;
    }
    return item;
  }
}
