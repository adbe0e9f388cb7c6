/**
 * The rate limiter: how many log lines of a kind may be printed in a period. The
 * logger asks it before it prints. It counts the lines that it suppresses.
 *
 * @module
 */

/** Counts lines by their kinds. It has no clock: its owner begins the periods. */
export class RateLimiter {
  readonly #limit: number;
  /** How many lines of each kind were asked for in this period. */
  #asked = new Map<string, number>();

  /** @param limit The most lines of a kind in a period. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a line of `kind`, and says whether it may be printed. */
  allow(kind: string): boolean {
    const asked = (this.#asked.get(kind) ?? 0) + 1;
    this.#asked.set(kind, asked);
    return asked <= this.#limit;
  }

  /** Begins a period, and says how many lines of each kind the last one suppressed. */
  nextPeriod(): { kind: string; count: number }[] {
    const asked = [...this.#asked];
    this.#asked = new Map();
    return asked
      .filter(([, count]) => count > this.#limit)
      .map(([kind, count]) => ({ kind, count: count - this.#limit }));
  }
}
