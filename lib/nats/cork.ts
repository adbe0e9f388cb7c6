/**
 * The cork: keeps the next batch back for a moment when the one before it comes back.
 * Clients often answer what they receive; their answers then travel together, and a
 * busy room needs half the batches.
 *
 * @module
 */
import type { RoomClock } from "./clock.ts";

/** How long a batch is kept back at most, in milliseconds: the least that a timer can wait. */
const MOMENT = 1;

/** When a batch is kept back no longer. */
export interface CorkOptions {
  readonly clock: RoomClock;
  /** Ends waiting. */
  readonly signal: AbortSignal;
  /** Told when the moment has passed. */
  readonly onPassed: () => void;
}

/** Whether the next batch is kept back. */
export class Cork {
  readonly #options: CorkOptions;
  /** Until when; `undefined` where nothing is kept back. */
  #until: number | undefined;
  /** One timer serves all moments. */
  #isTiming = false;

  constructor(options: CorkOptions) {
    this.#options = options;
  }

  /** Whether it is in. */
  get isIn(): boolean {
    return this.#until !== undefined;
  }

  /** Puts it in for a moment. */
  put(): void {
    this.#until = this.#options.clock.now() + MOMENT;
    if (!this.#isTiming) this.#time();
  }

  /** Pulls it. */
  pull(): void {
    this.#until = undefined;
  }

  async #time(): Promise<void> {
    const { clock, signal, onPassed } = this.#options;
    this.#isTiming = true;
    while (this.#until !== undefined && !signal.aborted) {
      const left = this.#until - clock.now();
      if (left > 0) {
        await clock.delay(left, signal);
        continue;
      }
      this.pull();
      onPassed();
    }
    this.#isTiming = false;
  }
}
