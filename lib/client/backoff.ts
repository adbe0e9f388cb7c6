/**
 * Back-off: how long a client waits before it connects again: the page, and the client at a
 * terminal.
 *
 * @module
 */

/** The first wait, in milliseconds; each further one is twice as long. */
const MIN_WAIT = 500;

/** The longest wait, without the random part. */
const MAX_WAIT = 15_000;

/** Up to this share is added at random, so that clients do not all come back at once. */
const JITTER = 0.5;

/** A connection that lasted so long, in milliseconds, starts the waits anew. */
const STABLE = 5000;

/** The waits between the connections of a client. */
export class Backoff {
  readonly #random: () => number;
  #wait = MIN_WAIT;

  /** @param random Random numbers from 0 to 1. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /**
   * The next wait.
   *
   * @param lasted How long the last connection lasted; 0 if there was none.
   */
  next(lasted: number): number {
    if (lasted >= STABLE) this.#wait = MIN_WAIT;
    const wait = this.#wait;
    this.#wait = Math.min(2 * wait, MAX_WAIT);
    return wait * (1 + JITTER * this.#random());
  }
}
