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
 * position in it. A subscriber that never receives costs nothing more.
 *
 * ## Lagging
 * A subscriber that falls further behind than the capacity loses the oldest whole
 * messages. They are counted: for each channel, at any moment,
 * `received + dropped + lag` is what was broadcast since it subscribed.
 *
 * ## Backpressure
 * {@linkcode Hub.ready} slows publishers down to the speed of active subscribers. A
 * subscriber that is stuck holds up nobody.
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
import { describeType, isBytes } from "../wire/bytes.ts";
import type { Run } from "../wire/run.ts";
import { Backpressure } from "./backpressure.ts";
import { Channel } from "./channel.ts";
import { CLOCK, type Clock } from "./event_loop.ts";
import type { HubState, Subscriber } from "./hub_state.ts";
import { Log } from "./log.ts";
import { Scheduler } from "./scheduler.ts";
import { Waiting } from "./waiting.ts";

export { Channel, type Clock, type Run };

/** The capacity of a hub that is not given one, in bytes: 16 MiB. */
export const DEFAULT_CAPACITY = 16 * 1024 * 1024;

/** The least capacity, in bytes: a few of the largest frames. */
export const MIN_CAPACITY = 4 * 1024;

/** The most capacity, in bytes: 1 GiB. */
export const MAX_CAPACITY = 1024 * 1024 * 1024;

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
export class Hub implements Disposable {
  /**
   * Called at the end of each broadcast: for measurements. It must take next to no
   * time, and must neither throw nor broadcast.
   */
  onBroadcast?: () => void;
  readonly #state: HubState;
  #closed = false;

  /**
   * Makes a hub without subscribers.
   *
   * @param clock Where the hub takes the time from; a test can give its own.
   * @throws {RangeError} If the capacity is not a whole number within its bounds.
   */
  constructor(options: HubOptions = {}, clock: Clock = CLOCK) {
    const { capacity = DEFAULT_CAPACITY } = options;
    if (
      !Number.isInteger(capacity) || capacity < MIN_CAPACITY ||
      capacity > MAX_CAPACITY
    ) {
      throw new RangeError(
        `Cannot make a hub with a capacity of ${capacity}: it is ${MIN_CAPACITY} to ${MAX_CAPACITY} bytes`,
      );
    }
    const log = new Log(capacity);
    const open = new Set<Subscriber>();
    const backpressure = new Backpressure(log, open);
    const scheduler = new Scheduler(backpressure, open, clock);
    this.#state = {
      log,
      backpressure,
      scheduler,
      waiting: new Waiting(),
      open,
    };
  }

  /** Bytes of memory for messages. */
  get capacity(): number {
    return this.#state.log.capacity;
  }

  /** How many channels are open. */
  get subscribers(): number {
    return this.#state.open.size;
  }

  /** Whether nothing more can be broadcast. */
  get closed(): boolean {
    return this.#closed;
  }

  /** How many messages were ever broadcast. */
  get broadcasts(): number {
    return this.#state.log.end;
  }

  /**
   * Whether publishers slow down for a slow subscriber that is about to lose
   * messages. Set it to `false` while being late would cost all subscribers more
   * than it spares one.
   *
   * @default {true}
   */
  get throttles(): boolean {
    return this.#state.backpressure.throttles;
  }

  set throttles(throttles: boolean) {
    this.#state.backpressure.throttles = throttles;
  }

  /**
   * Opens a channel that receives every message broadcast from now on. Close it (or
   * leave its iteration, or let `using` do it) when it is no longer read.
   *
   * @throws {Error} If the hub is closed.
   */
  subscribe(): Channel {
    if (this.#closed) throw new Error("Cannot subscribe: the hub is closed");
    return new Channel(this.#state);
  }

  /**
   * Sends whole messages to every subscriber. The bytes are copied, so the caller
   * may reuse them at once.
   *
   * This method has no `await`, and that is the proof of the one order: no other
   * broadcast can come between its start and its end, each takes the next position
   * in the log, and every channel reads the log in that order.
   *
   * @param bytes One or more whole messages. They are kept or dropped together with
   * their neighbours, but never cut.
   * @param count How many messages they are, for {@linkcode Channel.dropped} and
   * {@linkcode Channel.lag}.
   * @throws {TypeError} If it is not a `Uint8Array`.
   * @throws {RangeError} If there are no bytes or more than the capacity, or if
   * the count is not a whole number of at least 1.
   * @throws {Error} If the hub is closed.
   */
  broadcast(bytes: Uint8Array, count = 1): void {
    if (!isBytes(bytes)) {
      throw new TypeError(
        `Cannot broadcast ${describeType(bytes)}: the hub takes a Uint8Array`,
      );
    }
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
    if (this.#closed) throw new Error("Cannot broadcast: the hub is closed");
    const { log, backpressure, scheduler, waiting } = this.#state;
    log.append(bytes, count);
    backpressure.broadcast(bytes.length, scheduler.time);
    scheduler.wake(waiting);
    this.onBroadcast?.();
  }

  /**
   * Resolves when the caller may broadcast more, like a WHATWG stream writer's
   * `ready`. A publisher that waits for it between broadcasts of up to 64 KiB loses
   * nothing for active subscribers.
   *
   * - Publishers and subscribers go on first come, first served.
   * - While a subscriber that asks for more at once is over two chunks behind,
   *   publishers wait, for at most 256 ticks of the event loop.
   * - While a subscriber that took a run in the last 100 ms is about to lose
   *   messages, publishers pause for 4 ms after each 64 KiB: slow subscribers,
   *   however many, slow publishers down to 15 MiB/s and no further. Not while
   *   {@linkcode Hub.throttles} is `false`.
   * - A subscriber that is stuck holds up nobody.
   */
  ready(): Promise<void> {
    return new Promise((resume) =>
      this.#state.scheduler.admit({ publishes: true, resume })
    );
  }

  /**
   * Closes all channels: subscribers can still receive what was broadcast until
   * then, and then their iteration ends. May be called twice.
   */
  close(): void {
    this.#closed = true;
    for (const subscriber of [...this.#state.open]) subscriber.close();
  }

  /** Closes all channels. */
  [Symbol.dispose](): void {
    this.close();
  }
}
