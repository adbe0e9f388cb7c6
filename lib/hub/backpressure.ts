/**
 * Backpressure: how far active readers are behind, and what publishers may do
 * about it. The hub and its channels report what happened; the scheduler asks.
 *
 * | level        | an active reader                        | publishers             |
 * | ------------ | --------------------------------------- | ---------------------- |
 * | `ok`         | keeps up                                | go on                  |
 * | `behind`     | asks again at once, over 2 chunks behind | wait, 256 ticks at most |
 * | `endangered` | took a run within 100 ms, in the oldest quarter of a full log | 64 KiB each 4 ms |
 *
 * A reader that is stuck is not active: nobody waits for it.
 *
 * @module
 */
import type { Cursor, Log } from "./log.ts";

/** How far active readers are behind. */
export type Level = "ok" | "behind" | "endangered";

/** A reader is behind when more chunks than these are left: the one it takes, and the newest. */
const CHUNKS_IN_HAND = 2;

/** A reader that asks for its next run within so many ticks can take more at once. */
const EAGER_TICKS = 1;

/**
 * How many ticks publishers wait at most for a reader that is behind, so that
 * readers who always have something to catch up with slow publishers but never
 * stop them.
 */
export const MAX_HELD_TICKS = 256;

/** How many publishers go on in one tick: each brings up to 64 KiB, a small part of the log. */
export const PUBLISHERS_PER_TICK = 16;

/** A reader that took a run within so many milliseconds is active, if slow. */
const ACTIVE = 100;

/** A reader is endangered in the oldest part of a full log: this share of its chunks. */
const OLDEST_PART = 1 / 4;

/** How much publishers broadcast between two pauses, in bytes. */
const THROTTLED_BYTES = 64 * 1024;

/** How long such a pause is, in milliseconds: 64 KiB each 4 ms are 15.6 MiB/s. */
const THROTTLE_PAUSE = 4;

/** A subscriber's position, and when it last took a run. */
export interface Reader extends Cursor {
  /** The tick in which it took its last run. */
  takenTick: number;
  /** The time of that tick, in milliseconds. */
  takenAt: number;
}

/** Computes the level, and from it how many publishers may go on. */
export class Backpressure {
  readonly #log: Log;
  /** The readers whose channels are open. */
  readonly #readers: ReadonlySet<Reader>;
  /** The last tick in which an eager reader was behind. */
  #behindTick = -Infinity;
  /** How many ticks publishers have waited for such readers. */
  #heldTicks = 0;
  /** Bytes that were broadcast since endangered readers were last looked for. */
  #bytes = 0;
  #endangered = false;
  /** Until then, publishers are throttled. */
  #pausedUntil = -Infinity;
  #throttles = true;

  constructor(log: Log, readers: ReadonlySet<Reader>) {
    this.#log = log;
    this.#readers = readers;
  }

  /** The level in `tick`. */
  level(tick: number): Level {
    if (this.#endangered) return "endangered";
    return this.#isBehind(tick) ? "behind" : "ok";
  }

  /** Reports that a reader asks for its next run in `tick`. */
  asked(reader: Reader, tick: number): void {
    if (
      tick - reader.takenTick <= EAGER_TICKS &&
      this.#log.chunksFrom(reader) > CHUNKS_IN_HAND
    ) {
      this.#behindTick = tick;
    }
  }

  /** Whether publishers are throttled for endangered readers. */
  get throttles(): boolean {
    return this.#throttles;
  }

  set throttles(throttles: boolean) {
    this.#throttles = throttles;
    if (throttles) return;
    this.#endangered = false;
    this.#pausedUntil = -Infinity;
  }

  /** Reports that `bytes` bytes were broadcast at `time`. */
  broadcast(bytes: number, time: number): void {
    this.#bytes += bytes;
    if (this.#bytes < THROTTLED_BYTES) return;
    this.#bytes %= THROTTLED_BYTES; // the rest counts for the next pause
    // What the last pause took too long, up to a whole pause, is spared in this one.
    const late = this.#endangered ? Math.max(0, time - this.#pausedUntil) : 0;
    this.#endangered = this.#throttles && this.#anyEndangered(time);
    if (!this.#endangered) return;
    this.#pausedUntil = time + Math.max(0, THROTTLE_PAUSE - late);
  }

  /** How many publishers may go on in `tick`, which begins at `time`. */
  admit(tick: number, time: number): number {
    if (this.pause(time) > 0) return 0;
    if (this.#isBehind(tick) && ++this.#heldTicks < MAX_HELD_TICKS) return 0;
    this.#heldTicks = 0;
    return this.#endangered ? 1 : PUBLISHERS_PER_TICK;
  }

  /** How long publishers are still throttled at `time`, in milliseconds. */
  pause(time: number): number {
    return Math.max(0, this.#pausedUntil - time);
  }

  /** Whether an eager reader was behind in this tick or the last. */
  #isBehind(tick: number): boolean {
    return this.#behindTick >= tick - 1;
  }

  #anyEndangered(time: number): boolean {
    if (!this.#log.isFull) return false;
    const oldest = this.#log.chunks * OLDEST_PART;
    for (const reader of this.#readers) {
      if (
        time - reader.takenAt <= ACTIVE &&
        this.#log.chunksBefore(reader) < oldest
      ) return true;
    }
    return false;
  }
}
