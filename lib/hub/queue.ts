/** A first-in-first-out queue without shifting: items arrive on one stack and leave from another. */
export class Queue<T extends object> {
  #arriving: T[] = [];
  /** The older items, the oldest on top. */
  #leaving: T[] = [];

  /** Whether it holds nothing. */
  get isEmpty(): boolean {
    return this.#leaving.length + this.#arriving.length === 0;
  }

  /** The item that is taken next; `undefined` if there is none. */
  get first(): T | undefined {
    return this.#leaving.at(-1) ?? this.#arriving[0];
  }

  /** Adds an item at the end. */
  push(item: T): void {
    this.#arriving.push(item);
  }

  /** Takes the first item; `undefined` if there is none. */
  shift(): T | undefined {
    if (this.#leaving.length === 0) {
      const empty = this.#leaving;
      this.#leaving = this.#arriving.reverse();
      this.#arriving = empty;
    }
    return this.#leaving.pop();
  }
}
