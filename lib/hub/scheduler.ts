/**
 * The scheduler: which subscriber or publisher goes on in this tick, first come,
 * first served, within a budget. It knows nothing of lag: backpressure says how
 * many publishers may go on.
 *
 * With many subscribers the work goes in rounds: first everything that publishers
 * have sent goes into the log, then each subscriber takes all of it at once. So a
 * round costs one write for each subscriber, however many messages are in it.
 *
 * @module
 */
import type { Backpressure } from "./backpressure.ts";
import { type Clock, EventLoop } from "./event_loop.ts";
import { Queue } from "./queue.ts";
import type { Slotted, Waiting } from "./waiting.ts";

/**
 * How many waiters go on in one tick. Deno completes 128 socket operations in a
 * tick; an operation beyond that may wait for hundreds of milliseconds. Half leaves
 * room for the reads.
 */
export const BUDGET = 64;

/**
 * Up to this many open subscribers are served at once, in the middle of a tick.
 * More of them wait for the next tick and then take everything that came meanwhile.
 */
export const IMMEDIATE = 16;

/** A subscriber that waits for a run, or a publisher that waits to go on. */
export interface Waiter {
  /** Whether it is a publisher. */
  readonly publishes: boolean;
  /** Lets it go on. */
  resume(): void;
}

/** What the scheduler asks of backpressure, which admits fewer in a tick than the budget. */
export type Gate = Pick<Backpressure, "admit" | "level" | "pause">;

/** One queue of subscribers and publishers, served tick by tick. */
export class Scheduler {
  readonly #gate: Gate;
  readonly #subscribers: { readonly size: number };
  readonly #clock: Clock;
  readonly #loop: EventLoop;
  readonly #queue = new Queue<Waiter>();
  /** Publishers that the gate has passed over; each is older than all in the queue. */
  readonly #held = new Queue<Waiter>();
  /** How many waiters can still go on in this tick. */
  #budget = BUDGET;
  /** How many of them can be publishers. */
  #publishers: number;
  /** Whether a timer runs until the gate's pause is over. */
  #waits = false;

  /** @param subscribers The open subscribers. */
  constructor(
    gate: Gate,
    subscribers: { readonly size: number },
    clock: Clock,
  ) {
    this.#gate = gate;
    this.#subscribers = subscribers;
    this.#clock = clock;
    this.#loop = new EventLoop({
      onTick: () => this.#runTick(),
      isBusy: () => !this.#queue.isEmpty || this.#canRelease(),
    }, clock);
    this.#publishers = gate.admit(this.tick, this.time);
  }

  /** The number of the current tick. */
  get tick(): number {
    return this.#loop.tick;
  }

  /** The time at the start or the end of the last tick, in milliseconds. */
  get time(): number {
    return this.#loop.time;
  }

  /** Spends one of this tick's budget on a subscriber, if it can be served at once. */
  spend(): boolean {
    if (!this.#canResume(1)) return false;
    this.#budget--;
    this.#loop.schedule(); // the next tick has a budget of its own
    return true;
  }

  /** Serves the subscribers for which something was broadcast: all at once, or all in order. */
  wake(waiting: Waiting<Waiter & Slotted>): void {
    this.#loop.countRead();
    const atOnce = this.#canResume(waiting.size);
    waiting.takeAll((subscriber) => {
      if (atOnce && this.spend()) subscriber.resume();
      else this.enqueue(subscriber);
    });
  }

  /** Lets a publisher go on after all that came before it, if backpressure allows. */
  admit(publisher: Waiter): void {
    // Nobody is overtaken: while publishers are held, none can go on in this tick.
    if (
      this.#publishers > 0 && this.#gate.level(this.tick) === "ok" &&
      this.spend()
    ) {
      this.#publishers--;
      publisher.resume();
    } else {
      this.enqueue(publisher);
    }
  }

  /** Lets a waiter go on in order, in one of the next ticks. */
  enqueue(waiter: Waiter): void {
    this.#queue.push(waiter);
    this.#loop.schedule();
  }

  /** Whether so many waiters can go on in the middle of this tick. */
  #canResume(waiters: number): boolean {
    return this.#subscribers.size <= IMMEDIATE &&
      this.#budget - waiters >= BUDGET - IMMEDIATE && this.#queue.isEmpty;
  }

  #runTick(): void {
    this.#budget = BUDGET;
    this.#publishers = this.#gate.admit(this.tick, this.time);
    while (this.#publishers > 0) {
      const publisher = this.#held.shift();
      if (!publisher) break;
      this.#resume(publisher);
    }
    while (this.#budget > 0) {
      const waiter = this.#queue.shift();
      if (!waiter) break;
      if (waiter.publishes && this.#publishers === 0) this.#held.push(waiter);
      else this.#resume(waiter);
    }
    if (!this.#queue.isEmpty || this.#canRelease()) this.#loop.schedule();
    else if (!this.#held.isEmpty) this.#wait();
  }

  #resume(waiter: Waiter): void {
    this.#budget--;
    if (waiter.publishes) this.#publishers--;
    waiter.resume();
  }

  /** Whether a held publisher may go on in one of the next ticks. */
  #canRelease(): boolean {
    return !this.#held.isEmpty && this.#gate.pause(this.time) === 0;
  }

  /** Sleeps until the gate's pause is over. */
  #wait(): void {
    if (this.#waits) return;
    this.#waits = true;
    this.#clock.setTimeout(() => {
      this.#waits = false;
      this.#loop.schedule();
    }, this.#gate.pause(this.time));
  }
}
