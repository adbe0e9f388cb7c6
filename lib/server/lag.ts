/**
 * Lag: the episodes in which one client loses messages, each from the first lost
 * message until the client has been given the newest. Each dropped message belongs
 * to exactly one episode.
 *
 * @module
 */
import type { Channel } from "../hub/channel.ts";

/** What is read of a channel. */
export type LagSource = Pick<
  Channel,
  "closed" | "dropped" | "droppedBefore" | "lag"
>;

/** The begin of an episode, or its end, which does not come if the client leaves before. */
export type LagChange = "lagging" | "caughtUp";

/** Who wants to know of one client's episodes. */
export interface LagListener {
  /** Called with the messages dropped in the episode so far. */
  lagChanged(change: LagChange, dropped: number): void;
}

/** One client's episodes of lagging. */
export class Lag {
  readonly #channel: LagSource;
  readonly #listener: LagListener;
  /** What the channel had dropped when the last episode ended. */
  #before = 0;
  #lagging = false;
  /** What the channel had dropped at the last call of `missed()`. */
  #missed = 0;

  constructor(channel: LagSource, listener: LagListener) {
    this.#channel = channel;
    this.#listener = listener;
  }

  /** Whether an episode goes on. */
  get lagging(): boolean {
    return this.#lagging;
  }

  /**
   * Messages dropped since the last call: before the run that the write loop has, or
   * before the end, when there are no more runs.
   */
  missed(ended = false): number {
    const { dropped, droppedBefore } = this.#channel;
    const now = ended ? dropped : droppedBefore;
    const missed = now - this.#missed;
    this.#missed = now;
    return missed;
  }

  /** Reports what has begun or ended. Called for each run, so it must cost nothing. */
  check(): void {
    const dropped = this.#channel.dropped - this.#before;
    if (dropped === 0) return;
    if (!this.#lagging) {
      this.#lagging = true;
      this.#listener.lagChanged("lagging", dropped);
    }
    // A client that leaves has not caught up: its disconnect event counts the rest.
    if (this.#channel.lag === 0 && !this.#channel.closed) {
      this.#lagging = false;
      this.#before += dropped;
      this.#listener.lagChanged("caughtUp", dropped);
    }
  }
}
