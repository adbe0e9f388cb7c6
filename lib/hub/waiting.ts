/**
 * Who waits: in the hub, the subscribers that the next broadcast wakes.
 *
 * A `Set` would do, but it takes new memory whenever it is emptied and filled again,
 * 50 bytes for each subscriber and broadcast. Here each item knows its slot, so that
 * nothing is allocated, and one that leaves is found at once.
 */

/** What can wait, in one place at a time. */
export interface Slotted {
  /** Its slot, if it waits. */
  slot: number;
}

/** A set of items. Its memory is that of the most that ever waited: a pointer each. */
export class Waiting<T extends Slotted> {
  readonly #slots: (T | undefined)[] = [];
  #size = 0;

  /** How many items there are. */
  get size(): number {
    return this.#size;
  }

  /** Adds an item that is not there yet. */
  add(item: T): void {
    item.slot = this.#size;
    this.#slots[this.#size++] = item;
  }

  /** Removes an item, into whose slot the last one moves; says whether it was there. */
  delete(item: T): boolean {
    const { slot } = item;
    if (slot >= this.#size || this.#slots[slot] !== item) return false;
    const last = this.#slots[--this.#size]!;
    this.#slots[slot] = last;
    last.slot = slot;
    this.#slots[this.#size] = undefined;
    return true;
  }

  /** Removes all items and gives each to `take`, in order. It may add them again. */
  takeAll(take: (item: T) => void): void {
    const size = this.#size;
    this.#size = 0;
    for (let slot = 0; slot < size; slot++) {
      const item = this.#slots[slot]!;
      this.#slots[slot] = undefined;
      take(item);
    }
  }
}
