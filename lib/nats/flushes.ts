/**
 * The flushes: clients that have ended their sending side, and wait until all they
 * sent was read back from the stream, or is lost.
 *
 * @module
 */

/** Those who wait, first come first. */
export class Flushes {
  /** By the batch that each waits for; the numbers only rise. */
  #waiting: { readonly upTo: number; resolve(): void }[] = [];

  /** Waits until all batches up to `upTo` are done with. */
  wait(upTo: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ upTo, resolve }));
  }

  /** Says that `first` is the first batch that is not done with. */
  settle(first: number): void {
    const rest = this.#waiting.findIndex(({ upTo }) => upTo >= first);
    const count = rest < 0 ? this.#waiting.length : rest;
    for (const { resolve } of this.#waiting.splice(0, count)) resolve();
  }
}
