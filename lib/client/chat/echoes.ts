/**
 * Echoes: which of the received messages are one's own. The chat asks here. Its
 * one rule: a message that was sent is recognised once.
 *
 * A guess, since messages have no sender: someone else's that says the same while
 * one's own is under way is taken for it.
 *
 * @module
 */

/**
 * The most messages that are waited for. Servers may drop some, and those never
 * come.
 */
const CAPACITY = 1000;

/** The messages that were sent and did not come back yet. */
export class Echoes {
  readonly #awaited: string[] = [];

  /** Waits for `text`. */
  sent(text: string): void {
    this.#awaited.push(text);
    if (this.#awaited.length > CAPACITY) this.#awaited.shift();
  }

  /** Whether `text` was waited for; it no longer is. */
  received(text: string): boolean {
    const at = this.#awaited.indexOf(text);
    if (at >= 0) this.#awaited.splice(at, 1);
    return at >= 0;
  }
}
