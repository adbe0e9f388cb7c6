/**
 * The quota: how many notices of a kind may be printed in a period. The journal
 * asks it before it prints. Its one rule: whatever clients do, a period has no
 * more lines than the quota for each kind, and those left out are counted.
 *
 * @module
 */

/** Counts notices by their kinds. It has no clock: whoever has one renews it. */
export class RateLimiter {
  readonly #most: number;
  /** How many of each kind were asked for in this period. */
  #asked = new Map<string, number>();

  /** @param most The most of a kind in a period. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Counts one of `kind`, and says whether it may be printed. */
  admit(kind: string): boolean {
    const asked = (this.#asked.get(kind) ?? 0) + 1;
    this.#asked.set(kind, asked);
    return asked <= this.#most;
  }

  /** Begins a period, and says how many of each kind were left out in the last. */
  renew(): { kind: string; count: number }[] {
    const asked = [...this.#asked];
    this.#asked = new Map();
    return asked
      .filter(([, count]) => count > this.#most)
      .map(([kind, count]) => ({ kind, count: count - this.#most }));
  }
}
