/**
 * Lag: the episodes in which one client loses messages, each from the first that
 * it lost until it is given the newest. The roster has one for each client. Its
 * one rule: each message that was dropped belongs to exactly one episode.
 *
 * @module
 */
import type { Channel } from "../hub/channel.ts";

/** What is read of a channel. */
export type LagSource = Pick<Channel, "closed" | "dropped" | "lag">;

/**
 * Who is told that an episode begins, and that it ends, unless the client leaves
 * before; with how many messages were dropped in it so far.
 */
export type TellLag = (
  type: "lagging" | "caughtUp",
  dropped: number,
) => void;

/** One client's episodes of lagging. */
export class Lag {
  readonly #channel: LagSource;
  readonly #tell: TellLag;
  /** What the channel had dropped when the last episode ended. */
  #before = 0;
  #lagging = false;

  constructor(channel: LagSource, tell: TellLag) {
    this.#channel = channel;
    this.#tell = tell;
  }

  /** Tells what has begun or ended. Called for each run, so it must cost nothing. */
  look(): void {
    const dropped = this.#channel.dropped - this.#before;
    if (dropped === 0) return;
    if (!this.#lagging) {
      this.#lagging = true;
      this.#tell("lagging", dropped);
    }
    // One that leaves has not caught up: how it ended tells the rest.
    if (this.#channel.lag === 0 && !this.#channel.closed) {
      this.#lagging = false;
      this.#before += dropped;
      this.#tell("caughtUp", dropped);
    }
  }
}
