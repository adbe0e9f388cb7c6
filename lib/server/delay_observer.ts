/**
 * The delay observer: finds out when a client has been sent what the delay histogram
 * marked. Each connection has its own, once delays are measured.
 *
 * @module
 */
import type { DelayHistogram, Mark } from "./delay_histogram.ts";

/** Observes one client's delays. */
export class DelayObserver {
  readonly #delays: DelayHistogram;
  /** The last mark that was observed, or the next that will be. */
  #mark: Mark | undefined;
  /** Whether it is the next. */
  #marked = false;

  /** @param before The newest mark when the client came, which it is not sent. */
  constructor(delays: DelayHistogram, before?: Mark) {
    this.#delays = delays;
    this.#mark = before;
  }

  /**
   * Observes the mark that a write has passed, and takes the next.
   *
   * @param lag How many messages the client is behind.
   */
  observe(lag: number): void {
    const { mark, broadcasts } = this.#delays;
    if (!this.#marked && mark !== this.#mark) {
      this.#mark = mark;
      this.#marked = true;
    }
    if (!this.#marked || broadcasts - lag < this.#mark!.position) return;
    this.#delays.observe(this.#mark!);
    this.#marked = false;
  }
}
