/**
 * Acknowledgements of reference mode: a client that has sent a message waits until
 * its subscribers have received it, or gives it up after three ticks of the clock.
 *
 * @module
 */

/** Ticks of the clock after which a message is given up. */
const MAX_TICKS = 3;

/** A message that a client waits for. */
export interface Awaited {
  /** How many subscribers have neither received it nor given it up. */
  left: number;
  ticks: number;
  /** Ends the wait. */
  readonly done: () => void;
}

/** The messages that clients of one repetition wait for. */
export class Acknowledgements {
  readonly #ended: AbortSignal;
  readonly #awaited = new Set<Awaited>();

  /** @param ended Ends every wait. */
  constructor(ended: AbortSignal) {
    this.#ended = ended;
  }

  /** One tick of the clock: messages that have waited long enough are given up. */
  tick(): void {
    for (const awaited of this.#awaited) {
      if (++awaited.ticks === MAX_TICKS) awaited.done();
    }
  }

  /** Calls `send`, then waits until `left` subscribers have the message or gave it up. */
  async wait(
    left: number,
    send: (awaited: Awaited) => Promise<void>,
  ): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const awaited: Awaited = { left, ticks: 0, done: resolve };
    this.#ended.addEventListener("abort", awaited.done);
    this.#awaited.add(awaited);
    await Promise.all([send(awaited), left > 0 ? promise : undefined]);
    this.#awaited.delete(awaited);
    this.#ended.removeEventListener("abort", awaited.done);
  }
}
