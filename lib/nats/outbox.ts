/**
 * The outbox: the way of clients' messages to the engine. It has them sent in batches,
 * counts what becomes of them, and makes clients wait when the sender is full, or,
 * when that takes too long, drops what they send.
 *
 * What clients send while two batches are in flight becomes the next one. So a quiet
 * room sends at once, and a busy one sends few large batches.
 *
 * @module
 */
import type { Run } from "../wire/run.ts";
import type { StreamState } from "./engine.ts";
import { Flushes } from "./flushes.ts";
import { type Send, Sender } from "./sender.ts";
import { Waiters, type WaitersOptions } from "./waiters.ts";

/** Counts of an outbox, in messages. */
export interface OutboxCounts {
  /** Read back from the stream. */
  published: number;
  /** In batches that the engine did not store, or lost before they were read back. */
  lostInWindow: number;
  /** Sent by clients while the outbox dropped. */
  droppedWhileHeld: number;
}

/** Who sends for an outbox, and when it may drop. */
export interface OutboxOptions extends WaitersOptions {
  readonly node: bigint;
}

/** The way of clients' messages to the engine. */
export class Outbox {
  readonly #counts = { published: 0, lostInWindow: 0 };
  readonly #sender: Sender;
  readonly #waiters: Waiters;
  readonly #flushes = new Flushes();

  constructor(options: OutboxOptions) {
    this.#waiters = new Waiters(options);
    this.#sender = new Sender({
      ...options,
      onRoom: () => this.#waiters.admit((run) => this.#take(run)),
    });
  }

  get counts(): OutboxCounts {
    return { ...this.#counts, droppedWhileHeld: this.#waiters.dropped };
  }

  /** How many batches are in flight. */
  get inFlight(): number {
    return this.#sender.window.size;
  }

  /** The number of the oldest batch in flight if it is stored, and so must come back soon. */
  get oldestStored(): number | undefined {
    const { isOldestStored, oldest } = this.#sender.window;
    return isOldestStored ? oldest : undefined;
  }

  /**
   * Takes a run of at most 64 KiB. Its bytes are copied when the promise resolves;
   * without a promise they are already.
   */
  publish(run: Run): Promise<void> | undefined {
    if (this.#waiters.isEmpty && this.#take(run)) {
      this.#sender.pumpSoon();
      return undefined;
    }
    if (this.#sender.isOpen && this.#waiters.isEmpty) this.#waiters.hadRoom();
    return this.#waiters.wait(run);
  }

  /** Resolves when all that was published was read back from the stream, or is lost. */
  async flush(): Promise<void> {
    await this.#waiters.passed();
    const { first, last } = this.#sender;
    if (first <= last) await this.#flushes.wait(last);
  }

  /** Has the next batch sent soon, empty or not, so that others learn this node's total. */
  announce(asks: boolean): void {
    this.#sender.announce(asks);
  }

  /**
   * A session begins: sends again what was not read back, in order, and then what
   * waits. What was first sent before the stream's duplicate window is lost: the
   * engine may have stored it, and would not recognize it.
   */
  open(send: Send, state: StreamState): void {
    this.#lose(this.#sender.open(send, state));
  }

  /** The session ends: nothing is sent until the next. */
  close(): void {
    if (this.#sender.isOpen && this.#waiters.isEmpty) this.#waiters.hadRoom();
    this.#sender.close();
  }

  /** Says that a batch of this node was read from the stream and broadcast. */
  readBack(counter: number, count: number): void {
    // One that was given up, and arrived late, stays counted as lost.
    if (counter >= this.#sender.window.oldest) this.#counts.published += count;
    this.#lose(this.#sender.window.readBack(counter));
    this.#sender.pump();
  }

  /** Says that a batch is stored as the stream's entry `seq`. */
  stored(counter: number, seq: number): void {
    this.#losePassed(this.#sender.window.stored(counter, seq));
  }

  /**
   * Says that the stream was read up to its entry `seq`. What of this node is stored
   * there and was not read back went before it could be read.
   */
  passed(seq: number): void {
    this.#losePassed(this.#sender.window.passed(seq));
  }

  /** Gives up all batches in flight: the stream in which they may be is no more. */
  loseInFlight(): void {
    this.#lose(this.#sender.window.loseUpTo(Infinity));
  }

  /** Gives up everything, for good. */
  end(): void {
    this.#waiters.drop();
    this.#counts.lostInWindow += this.#sender.end();
    this.loseInFlight();
  }

  #take(run: Run): boolean {
    if (!this.#sender.take(run)) return false;
    this.#waiters.gotIn();
    return true;
  }

  #losePassed(lost: number | undefined): void {
    if (lost === undefined) return;
    this.#lose(lost);
    this.#sender.pump();
  }

  #lose(messages: number): void {
    this.#counts.lostInWindow += messages;
    this.#flushes.settle(this.#sender.first);
  }
}
