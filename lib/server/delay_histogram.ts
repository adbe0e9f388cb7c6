/**
 * The delay histogram: how long it takes from a broadcast until clients have been sent
 * it. Connections observe it, a monitor reads it.
 *
 * It takes samples: at most once in {@linkcode INTERVAL} a broadcast is marked, and each
 * client that is sent it, or what follows it, is one observation. A client that is late
 * keeps its mark until it gets there, so slow clients are in it, too.
 *
 * @module
 */
import type { Hub } from "../hub/hub.ts";

/** The least time between two marks, in milliseconds. */
const INTERVAL = 100;

/** The upper bounds of the buckets, in seconds: from one poll of the sockets to a stall. */
export const DELAY_BOUNDS: readonly number[] = [
  ...[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05],
  ...[0.1, 0.25, 0.5, 1, 2.5, 5, 10],
];

/** A broadcast that was marked. */
export interface Mark {
  /** How many messages were broadcast until then. */
  readonly position: number;
  /** When, in milliseconds. */
  readonly at: number;
}

/** Counts delays. Counts start with the first request for them, and are never reset. */
export class DelayHistogram {
  /** Observations up to each of {@linkcode DELAY_BOUNDS}, the one before excluded, and above. */
  readonly counts: number[] = Array(DELAY_BOUNDS.length + 1).fill(0);
  /** All delays together, in seconds. */
  sum = 0;
  readonly #hub: Hub;
  readonly #now: () => number;
  #mark: Mark | undefined;

  /**
   * Observes a hub.
   *
   * @param now The time, in milliseconds.
   */
  constructor(hub: Hub, now: () => number = () => performance.now()) {
    this.#hub = hub;
    this.#now = now;
    hub.onBroadcast = () => {
      const at = now();
      if (this.#mark && at - this.#mark.at < INTERVAL) return;
      this.#mark = { position: hub.broadcasts, at };
    };
  }

  /** How many delays were observed. */
  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** How many messages were ever broadcast. */
  get broadcasts(): number {
    return this.#hub.broadcasts;
  }

  /** The newest mark. */
  get mark(): Mark | undefined {
    return this.#mark;
  }

  /** Counts a client that has been sent what was marked. */
  observe({ at }: Mark): void {
    const delay = (this.#now() - at) / 1000;
    const bucket = DELAY_BOUNDS.findIndex((bound) => delay <= bound);
    this.counts[bucket < 0 ? DELAY_BOUNDS.length : bucket]!++;
    this.sum += delay;
  }
}
