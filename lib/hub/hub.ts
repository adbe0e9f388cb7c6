/**
 * The hub: every message to every subscriber, in one order, within a fixed
 * amount of memory. It knows no sockets and no `Deno`: use it in Deno, Node, Bun
 * or a browser, for chat frames, server-sent events, WebSockets.
 *
 * ## Order
 * {@linkcode Hub.broadcast} is one synchronous step, and each subscriber receives
 * a subsequence of the one sequence that these steps make.
 *
 * ## Memory
 * The hub's memory is its {@linkcode Hub.capacity}, whatever the number of
 * subscribers: messages are kept once, in a shared log, and a subscriber is a
 * place in it. One that never receives pins nothing.
 *
 * ## Lagging
 * A subscriber that falls further behind than the capacity reaches loses the
 * oldest whole messages, and they are counted: for each channel, at any moment,
 * `received + dropped + lag` is what was broadcast since it subscribed.
 *
 * @example Two subscribers, one order
 * ```ts
 * import { Hub } from "@zillions/server/hub";
 * import { assertEquals } from "@std/assert";
 *
 * const hub = new Hub();
 * const alice = hub.subscribe();
 * const bob = hub.subscribe();
 * hub.broadcast(new TextEncoder().encode("one\n"));
 * hub.broadcast(new TextEncoder().encode("two\nthree\n"), 2);
 * alice.close();
 * bob.close();
 *
 * for (const channel of [alice, bob]) {
 *   let text = "";
 *   for await (const { bytes } of channel) text += new TextDecoder().decode(bytes);
 *   assertEquals(text, "one\ntwo\nthree\n");
 *   assertEquals(channel.dropped, 0);
 * }
 * ```
 *
 * @module
 */
import { Channel, type Origin } from "./channel.ts";
import { Log } from "./log.ts";
import type { Run } from "../wire/run.ts";
import { Turns } from "./scheduler.ts";

export { Channel, type Run };

/** The capacity of a hub that is not given one, in bytes: 16 MiB. */
export const DEFAULT_CAPACITY = 16 * 1024 * 1024;

/** The least capacity, in bytes: a few of the largest frames. */
export const MIN_CAPACITY = 4 * 1024;

/** The most capacity, in bytes: 1 GiB. */
export const MAX_CAPACITY = 1024 * 1024 * 1024;

/**
 * Who took a run within so many milliseconds is reading, if slowly: broadcasters
 * are slowed down before it loses anything.
 */
const LATELY = 100;

/** Options of a {@linkcode Hub}. */
export interface HubOptions {
  /**
   * Bytes of memory for messages, from {@linkcode MIN_CAPACITY} to
   * {@linkcode MAX_CAPACITY}: how far a subscriber can lag before it loses
   * messages. Taken as messages come, in chunks of 64 KiB (an eighth of the
   * capacity if that is less); the ends of chunks may stay empty.
   *
   * @default {16777216}
   */
  capacity?: number;
}

/** Sends each message to every subscriber. */
export class Hub {
  /** What its channels share with it. */
  readonly #origin: Origin;

  /**
   * Makes a hub without subscribers.
   *
   * @throws {RangeError} If the capacity is not a whole number within its bounds.
   */
  constructor(options: HubOptions = {}) {
    const { capacity = DEFAULT_CAPACITY } = options;
    if (
      !Number.isInteger(capacity) || capacity < MIN_CAPACITY ||
      capacity > MAX_CAPACITY
    ) {
      throw new RangeError(
        `Cannot make a hub with a capacity of ${capacity}: it is ${MIN_CAPACITY} to ${MAX_CAPACITY} bytes`,
      );
    }
    this.#origin = {
      log: new Log(capacity),
      turns: new Turns(),
      waiting: new Set(),
      open: new Set(),
    };
  }

  /** Bytes of memory for messages. */
  get capacity(): number {
    return this.#origin.log.capacity;
  }

  /** How many channels are open. */
  get subscribers(): number {
    return this.#origin.open.size;
  }

  /** How many messages were ever broadcast. */
  get broadcasts(): number {
    return this.#origin.log.end;
  }

  /**
   * Opens a channel that receives every message broadcast from now on. Close it
   * (or leave its iteration, or let `using` do it) when it is no longer read.
   */
  subscribe(): Channel {
    return new Channel(this.#origin);
  }

  /**
   * Sends whole messages to every subscriber. The bytes are copied, so the caller
   * may reuse them at once.
   *
   * There is no `await` in here, and that is the proof of the one order: no other
   * broadcast can come between the start and the end of this one, each takes the
   * next place in the log, and every channel reads the log in that order.
   *
   * @param bytes One or more whole messages: they are kept or dropped together
   * with their neighbours, but never cut.
   * @param count How many messages they are, for {@linkcode Channel.dropped} and
   * {@linkcode Channel.lag}.
   * @throws {RangeError} If there are no bytes or more than the capacity, or if
   * the count is not a whole number of at least 1.
   */
  broadcast(bytes: Uint8Array, count = 1): void {
    if (bytes.length === 0 || bytes.length > this.capacity) {
      throw new RangeError(
        `Cannot broadcast ${bytes.length} bytes: it is 1 to the hub's capacity of ${this.capacity}`,
      );
    }
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new RangeError(
        `Cannot broadcast ${count} messages: it is a whole number from 1`,
      );
    }
    const { log, turns, waiting } = this.#origin;
    if (log.append(bytes, count)) turns.press(this.#anyEndangered());
    turns.wake(waiting);
    waiting.clear();
  }

  /**
   * Resolves when every subscriber that was waiting has been offered what was
   * broadcast so far, and those that keep taking are not far behind. Whoever
   * broadcasts much should wait for this between broadcasts, and will lose nothing
   * for subscribers that keep up.
   *
   * For one that takes less, but took something in the last 100 ms, and would lose
   * messages soon, broadcasters wait 4 ms between two runs of 64 KiB: slow ones,
   * however many, slow the rest down to 16 MB/s and no further. One that is stuck
   * is not waited for.
   */
  offered(): Promise<void> {
    return new Promise((resolve) =>
      this.#origin.turns.pushBroadcaster({ turn: resolve })
    );
  }

  /** Whether a subscriber that took something lately is about to lose messages. */
  #anyEndangered(): boolean {
    const { log, turns, open } = this.#origin;
    const since = turns.time - LATELY;
    for (const { cursor, takenAt } of open) {
      if (takenAt >= since && log.isEndangered(cursor)) return true;
    }
    return false;
  }
}
