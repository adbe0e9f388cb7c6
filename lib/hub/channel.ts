/**
 * The channel: one subscriber's bounded queue, taken from at its own pace. The hub
 * makes it.
 *
 * At any moment `received + dropped + lag` is what was broadcast since it
 * subscribed.
 *
 * @module
 */
import type { Run } from "../wire/run.ts";
import type { Chunk } from "./chunks.ts";
import type { HubState, Subscriber } from "./hub_state.ts";
import type { Cursor } from "./log.ts";

export type { Run };

/**
 * A subscriber's channel: bounded, asynchronous, drop-oldest.
 *
 * It is a cursor into the hub's log and holds no messages itself. Iterate it once,
 * from one place.
 *
 * ## Lagging
 * A subscriber that falls further behind than the log reaches goes on at the
 * oldest kept message. {@linkcode Channel.dropped} counts exactly what it missed.
 * Only whole messages are dropped, and never one that was handed out.
 *
 * ## Closing
 * {@linkcode Channel.close} ends the subscription: what was broadcast until then
 * can still be received (or is dropped, as always), then the iteration ends.
 * Leaving the iteration with `break`, and disposing, forget the rest.
 */
export class Channel
  implements AsyncIterableIterator<Run, void, void>, Disposable {
  readonly #hub: HubState;
  readonly #subscriber: Subscriber;
  /** How many messages precede the subscription. */
  readonly #from: number;
  /** The position at which it was closed. */
  #limit: Cursor | undefined;
  #received = 0;
  /** The chunk of the last run, until that is released or the next one asked for. */
  #chunk: Chunk | undefined;
  /** Resolves the pending `next()`, of which there is one at most. */
  #resolve: ((result: IteratorResult<Run, void>) => void) | undefined;

  /** @ignore Channels are made by `Hub.subscribe()`. */
  constructor(hub: HubState) {
    this.#hub = hub;
    const { chunk, offset, message } = hub.log.cursor();
    this.#subscriber = {
      chunk,
      offset,
      message,
      takenTick: -Infinity,
      takenAt: -Infinity,
      slot: 0,
      publishes: false,
      resume: () => this.#resume(),
      close: () => this.close(),
    };
    this.#from = message;
    hub.open.add(this.#subscriber);
  }

  /** The most bytes that can wait for this subscriber: the hub's capacity. */
  get capacity(): number {
    return this.#hub.log.capacity;
  }

  /** Messages handed out. */
  get received(): number {
    return this.#received;
  }

  /** Messages that were dropped because the subscriber lagged. */
  get dropped(): number {
    return this.#position - this.#from - this.#received;
  }

  /**
   * Messages that were dropped before the last run: since that was handed out,
   * {@linkcode Channel.dropped} may have grown.
   */
  get droppedBefore(): number {
    return this.#subscriber.message - this.#from - this.#received;
  }

  /** Messages that wait to be received. */
  get lag(): number {
    return (this.#limit?.message ?? this.#hub.log.end) - this.#position;
  }

  /** Whether the subscription has ended. Messages may still wait. */
  get closed(): boolean {
    return this.#limit !== undefined;
  }

  /** How many messages precede the next that can be received. */
  get #position(): number {
    const kept = Math.max(this.#subscriber.message, this.#hub.log.start);
    return this.#limit ? Math.min(kept, this.#limit.message) : kept;
  }

  /** Ends the subscription; what waits can still be received. May be called twice. */
  close(): void {
    if (this.#limit) return;
    this.#limit = this.#hub.log.cursor();
    this.#hub.open.delete(this.#subscriber);
    // A waiting subscriber has received everything.
    if (this.#hub.waiting.delete(this.#subscriber)) {
      this.#settle({ done: true, value: undefined });
    }
  }

  /** Ends the subscription and forgets what waits, which does not count as dropped. */
  [Symbol.dispose](): void {
    this.close();
    const { chunk, offset } = this.#subscriber;
    const message = this.#subscriber.message = this.#position;
    this.#limit = { chunk, offset, message };
    this.#settle({ done: true, value: undefined });
  }

  /**
   * The next run: everything that waits, up to one chunk of the log (64 KiB, or
   * one larger broadcast). Its bytes do not change until it is
   * {@linkcode Channel.release | released}; do not write to them, and do not
   * transfer their buffer, which other subscribers read.
   *
   * @returns Resolves when there is a run and the scheduler has served those that
   * asked before.
   * @throws {Error} If another `next()` is pending.
   */
  next(): Promise<IteratorResult<Run, void>> {
    if (this.#resolve) {
      return Promise.reject(
        new Error("Cannot receive: another receive is pending"),
      );
    }
    this.#chunk = undefined;
    const { backpressure, scheduler, waiting } = this.#hub;
    backpressure.asked(this.#subscriber, scheduler.tick);
    if (this.lag === 0) {
      if (this.#limit) return Promise.resolve({ done: true, value: undefined });
      waiting.add(this.#subscriber);
    } else if (scheduler.spend()) {
      const result = this.#take();
      if (result) return Promise.resolve(result);
      waiting.add(this.#subscriber);
    } else {
      scheduler.enqueue(this.#subscriber);
    }
    return new Promise((resolve) => this.#resolve = resolve);
  }

  /**
   * Releases the last run: from now on its bytes may change. A subscriber that is
   * done with a run before it asks for the next spares the garbage collector the
   * memory of what is dropped. May be called twice.
   */
  release(): void {
    if (this.#chunk) this.#hub.log.release(this.#chunk);
    this.#chunk = undefined;
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
  #resume(): void {
    const result = this.#take();
    if (result) this.#settle(result);
    else this.#hub.waiting.add(this.#subscriber);
  }

  /** The next run, or the end; `undefined` if what waited was in a detached chunk. */
  #take(): IteratorResult<Run, void> | undefined {
    const { log, scheduler } = this.#hub;
    this.#subscriber.takenTick = scheduler.tick;
    this.#subscriber.takenAt = scheduler.time;
    const slice = log.read(this.#subscriber, this.#limit);
    if (!slice) {
      return this.#limit && { done: true, value: undefined };
    }
    this.#chunk = slice.chunk;
    this.#received += slice.result.value.count;
    return slice.result;
  }

  #settle(result: IteratorResult<Run, void>): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.(result);
  }
}
