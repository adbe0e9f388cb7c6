/**
 * Echoes: which of the received messages are the user's own. The chat asks here.
 *
 * It is a guess, because messages have no sender: if somebody else sends the same
 * text while the user's message is under way, the first of the two is taken for
 * the user's.
 *
 * @module
 */

/**
 * The most messages that are expected at a time. It is bounded because a server
 * may drop messages, whose echoes never come.
 */
const CAPACITY = 1000;

/** The messages that were sent and have not come back yet. */
export class Echoes {
  readonly #expected: string[] = [];

  /** Expects `text`, which was sent. */
  sent(text: string): void {
    this.#expected.push(text);
    if (this.#expected.length > CAPACITY) this.#expected.shift();
  }

  /** Expects nothing more, as the connection was lost; returns how many were expected. */
  clear(): number {
    return this.#expected.splice(0).length;
  }

  /** Whether `text`, which was received, was expected. Each is recognised once. */
  received(text: string): boolean {
    const at = this.#expected.indexOf(text);
    if (at >= 0) this.#expected.splice(at, 1);
    return at >= 0;
  }
}
