/**
 * The channel: one subscriber's bounded queue, taken from at its own pace. The
 * hub makes it. Its one rule: at any moment
 * `received + dropped + lag` is what was broadcast since it subscribed.
 *
 * @module
 */
import { assert } from "@std/assert/assert";
import type { Cursor, Lent, Log } from "./log.ts";
import type { Run } from "../wire/run.ts";
import type { Task, Turns } from "./scheduler.ts";

export type { Run };

/** Where a channel stands. */
export interface Place extends Task {
  readonly cursor: Cursor;
  /** When it took its last run, by the clock of the turns. */
  takenAt: number;
}

/** What a channel needs of the hub that made it. */
export interface Origin {
  readonly log: Log;
  readonly turns: Turns;
  /** Channels to be woken by the next broadcast. */
  readonly waiting: Set<Task>;
  /** The channels that are open. */
  readonly open: Set<Place>;
}

/**
 * A subscriber's channel: bounded, asynchronous, oldest messages dropped first.
 *
 * It is kept as a cursor into the hub's log and holds no messages itself. Iterate
 * it once, from one place: whoever iterates is the subscriber.
 *
 * ## Lagging
 * A subscriber that falls further behind than the log reaches goes on at the
 * oldest message that is kept. What it missed is counted in
 * {@linkcode Channel.dropped}, exactly. Only whole messages are dropped, and
 * never one that was handed out.
 *
 * ## Closing
 * {@linkcode Channel.close} ends the subscription: what was broadcast until then
 * can still be received (or is dropped, like anything), then the iteration
 * ends. Leaving the iteration with `break`, and disposing, forget the rest.
 */
export class Channel
  implements AsyncIterableIterator<Run, void, void>, Disposable {
  readonly #origin: Origin;
  readonly #place: Place;
  /** The message before which it subscribed. */
  readonly #from: number;
  /** The place at which it was closed. */
  #limit: Cursor | undefined;
  #received = 0;
  /** Where the last run came from, until it was given back or the next asked for. */
  #lent: Lent | undefined;
  /** The turn in which it took its last run. */
  #servedAt = -Infinity;
  /** Resolves the pending `next()`, of which there is one at most. */
  #resolve: ((result: IteratorResult<Run, void>) => void) | undefined;

  /** @ignore Channels are made by `Hub.subscribe()`. */
  constructor(origin: Origin) {
    this.#origin = origin;
    const cursor = origin.log.cursor();
    const turn = () => this.#serve();
    this.#place = { cursor, takenAt: -Infinity, turn };
    this.#from = cursor.message;
    origin.open.add(this.#place);
  }

  /** The most bytes that can wait for this subscriber: the hub's capacity. */
  get capacity(): number {
    return this.#origin.log.capacity;
  }

  /** Messages handed out. */
  get received(): number {
    return this.#received;
  }

  /** Messages that were dropped because the subscriber lagged. */
  get dropped(): number {
    return this.#position - this.#from - this.#received;
  }

  /** Messages that wait to be received. */
  get lag(): number {
    return (this.#limit?.message ?? this.#origin.log.end) - this.#position;
  }

  /** Whether the subscription has ended. Messages may still wait. */
  get closed(): boolean {
    return this.#limit !== undefined;
  }

  /** How many messages come before the next that can be received. */
  get #position(): number {
    const kept = Math.max(this.#place.cursor.message, this.#origin.log.start);
    return this.#limit ? Math.min(kept, this.#limit.message) : kept;
  }

  /** Ends the subscription; what waits can still be received. May be called twice. */
  close(): void {
    if (this.#limit) return;
    this.#limit = this.#origin.log.cursor();
    this.#origin.open.delete(this.#place);
    // One that waits has received all there is.
    if (this.#origin.waiting.delete(this.#place)) {
      this.#settle({ done: true, value: undefined });
    }
  }

  /** Ends the subscription and forgets what waits, which is not counted as dropped. */
  [Symbol.dispose](): void {
    this.close();
    this.#place.cursor.message = this.#position;
    this.#limit = { ...this.#place.cursor };
    this.#settle({ done: true, value: undefined });
  }

  /**
   * The next run: all that waits, up to one chunk of the log (64 KiB, or one
   * larger broadcast). Its bytes never change, unless it is
   * {@linkcode Channel.release | released}. Resolves when there is one and it is
   * this subscriber's turn.
   *
   * @throws {Error} If another `next()` is pending.
   */
  next(): Promise<IteratorResult<Run, void>> {
    if (this.#resolve) {
      return Promise.reject(
        new Error("Cannot receive: another receive is pending"),
      );
    }
    this.#lent = undefined;
    const { log, turns, waiting } = this.#origin;
    // One that is back at once can take more; one that is slow is not waited for.
    if (turns.now - this.#servedAt <= 1 && log.isBehind(this.#place.cursor)) {
      turns.hold();
    }
    if (this.lag > 0 && turns.free) {
      turns.take();
      return Promise.resolve(this.#take());
    }
    if (this.lag === 0 && this.#limit) {
      return Promise.resolve({ done: true, value: undefined });
    }
    return new Promise((resolve) => {
      this.#resolve = resolve;
      if (this.lag > 0) turns.push(this.#place);
      else waiting.add(this.#place);
    });
  }

  /**
   * Gives back the last run: from now on its bytes may change. A subscriber that
   * is done with them before it asks for the next may do so, and spares the
   * garbage collector the memory of what is dropped. May be called twice.
   */
  release(): void {
    if (this.#lent) this.#origin.log.release(this.#lent);
    this.#lent = undefined;
  }

  /** Ends the iteration; called when a loop is left. */
  return(): Promise<IteratorResult<Run, void>> {
    this[Symbol.dispose]();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The channel itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Hands the pending `next()` its run. Disposing may have settled it already. */
  #serve(): void {
    if (this.#resolve) this.#settle(this.#take());
  }

  #take(): IteratorResult<Run, void> {
    const { log, turns } = this.#origin;
    this.#servedAt = turns.now;
    this.#place.takenAt = turns.time;
    const slice = log.read(this.#place.cursor, this.#limit);
    if (!slice) {
      assert(this.#limit, "a message that waits can be read");
      return { done: true, value: undefined };
    }
    this.#lent = slice.lent;
    this.#received += slice.run.count;
    return { done: false, value: slice.run };
  }

  #settle(result: IteratorResult<Run, void>): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.(result);
  }
}
