/**
 * Announcements: whether a screen reader reads new messages aloud. It cannot follow
 * many messages a second, and would read for minutes what has long passed.
 *
 * @module
 */

/** The most messages a second that are read aloud. */
const MAX_RATE = 5;

/** What the rate is counted over, in milliseconds. */
const INTERVAL = 1000;

/** Decides from the count of messages received. */
export class Announcements {
  #on = true;
  #since = -Infinity;
  #before = 0;

  /**
   * Whether they are on.
   *
   * @param received How many messages there were so far.
   * @param now The time, in milliseconds.
   */
  update(received: number, now: number): boolean {
    const isFlood = received - this.#before > MAX_RATE;
    if (isFlood) this.#on = false;
    if (now - this.#since >= INTERVAL) {
      this.#on = !isFlood;
      this.#since = now;
      this.#before = received;
    }
    return this.#on;
  }
}
