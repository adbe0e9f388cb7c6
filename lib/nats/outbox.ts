/**
 * The outbox: the way of clients' messages to the engine. It collects them into
 * batches, keeps batches in flight within bounds, and makes clients wait when it is
 * full, or, when that takes too long, drops what they send.
 *
 * What clients send while a batch is in flight, or answer to it, becomes the next
 * batch. So a quiet room sends at once, and a busy one sends few large batches.
 *
 * @module
 */
import type { Run } from "../wire/run.ts";
import { Batcher, type OutgoingBatch } from "./batcher.ts";
import { BATCH_HEADER, MAX_BATCH } from "./batch.ts";
import { Cork } from "./cork.ts";
import type { StreamState } from "./engine.ts";
import { Flushes } from "./flushes.ts";
import { Waiters, type WaitersOptions } from "./waiters.ts";
import { Window } from "./window.ts";

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
  readonly #options: OutboxOptions;
  readonly #batcher: Batcher;
  readonly #window = new Window();
  /** Sends a batch to the engine; `undefined` while there is no session. */
  #send: ((batch: OutgoingBatch) => void) | undefined;
  readonly #waiters: Waiters;
  readonly #flushes = new Flushes();
  readonly #cork: Cork;
  /** When the stream was made. */
  #stream = 0;
  /** Whether the next batch is sent even if it is empty, and whether it asks. */
  #announces = false;
  #asks = false;
  #isPumpingSoon = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#batcher = new Batcher(options.node);
    this.#waiters = new Waiters(options);
    this.#cork = new Cork({ ...options, onPassed: () => this.#pump() });
  }

  get counts(): OutboxCounts {
    return { ...this.#counts, droppedWhileHeld: this.#waiters.dropped };
  }

  /** How many batches are in flight. */
  get inFlight(): number {
    return this.#window.size;
  }

  /** The number of the oldest batch in flight if it is stored, and so must come back soon. */
  get oldestStored(): number | undefined {
    return this.#window.isOldestStored ? this.#window.oldest : undefined;
  }

  /**
   * Takes a run of at most 64 KiB. Its bytes are copied when the promise resolves;
   * without a promise they are already.
   */
  publish(run: Run): Promise<void> | undefined {
    if (this.#waiters.isEmpty && this.#take(run)) {
      this.#cork.pull();
      this.#pumpSoon();
      return undefined;
    }
    if (this.#send && this.#waiters.isEmpty) this.#waiters.hadRoom();
    return this.#waiters.wait(run);
  }

  /** Resolves when all that was published was read back from the stream, or is lost. */
  async flush(): Promise<void> {
    await this.#waiters.passed();
    const { counter, count } = this.#batcher;
    const upTo = count > 0 ? counter : counter - 1;
    if (this.#first > upTo) return;
    await this.#flushes.wait(upTo);
  }

  /** Has the next batch sent soon, empty or not, so that others learn this node's total. */
  announce(asks: boolean): void {
    this.#announces = true;
    this.#asks ||= asks;
    this.#pump();
  }

  /**
   * A session begins: sends again what was not read back, in order, and then what
   * waits. What was first sent before the stream's duplicate window is lost: the
   * engine may have stored it, and would not recognize it.
   */
  open(
    send: (batch: OutgoingBatch) => void,
    { created, duplicateWindow }: StreamState,
  ): void {
    const now = this.#options.clock.now();
    this.#lose(this.#window.open(now, duplicateWindow));
    this.#stream = created;
    for (const batch of this.#window.batches()) send(batch);
    this.#send = send;
    this.#pump();
  }

  /** The session ends: nothing is sent until the next. */
  close(): void {
    if (this.#send) this.#waiters.hadRoom();
    this.#send = undefined;
  }

  /** Says that a batch of this node was read from the stream and broadcast. */
  readBack(counter: number, count: number): void {
    // One that was given up, and arrived late, stays counted as lost.
    if (counter >= this.#window.oldest) this.#counts.published += count;
    this.#lose(this.#window.readBack(counter));
    const next = this.#batcher.count;
    if (count > 0 && next > 0 && this.#window.size === 0) this.#cork.put();
    this.#pump();
  }

  /** Says that a batch is stored as the stream's entry `seq`. */
  stored(counter: number, seq: number): void {
    this.#losePassed(this.#window.stored(counter, seq));
  }

  /**
   * Says that the stream was read up to its entry `seq`. What of this node is stored
   * there and was not read back went before it could be read.
   */
  passed(seq: number): void {
    this.#losePassed(this.#window.passed(seq));
  }

  /**
   * Part of the stream went before it was read. What is in flight may be in it, and
   * is not sent again: the engine may not recognize it.
   */
  missed(): void {
    this.#window.missed();
  }

  /** Gives up all batches in flight: the stream in which they may be is no more. */
  loseInFlight(): void {
    this.#lose(this.#window.loseUpTo(Infinity));
  }

  /** Gives up everything, for good. */
  end(): void {
    this.#send = undefined;
    this.#waiters.drop();
    this.#counts.lostInWindow += this.#batcher.take(0, false).count;
    this.loseInFlight();
  }

  #losePassed(lost: number | undefined): void {
    if (lost === undefined) return;
    this.#lose(lost);
    this.#pump();
  }

  #lose(messages: number): void {
    this.#counts.lostInWindow += messages;
    this.#flushes.settle(this.#first);
  }

  /** The first batch with messages that are neither read back nor lost; `Infinity` if there are none. */
  get #first(): number {
    const { oldest } = this.#window; // older than the one that is being filled
    const { counter, count } = this.#batcher;
    return count > 0 ? Math.min(oldest, counter) : oldest;
  }

  /** Copies a run into the batch that is being filled, if there is room. */
  #take(run: Run): boolean {
    if (!this.#send) return false;
    if (!this.#batcher.fits(run.bytes.length)) {
      if (!this.#hasRoom) return false;
      this.#sendBatch();
    } else if (this.#batcher.count === 0 && !this.#hasRoom) return false;
    this.#batcher.add(run);
    this.#waiters.gotIn();
    return true;
  }

  /** Whether one more batch may be in flight. */
  get #hasRoom(): boolean {
    return this.#window.hasRoom(BATCH_HEADER + MAX_BATCH);
  }

  /** Sends with the next batch what other clients have sent in the same tick. */
  #pumpSoon(): void {
    if (this.#isPumpingSoon) return;
    this.#isPumpingSoon = true;
    queueMicrotask(() => {
      this.#isPumpingSoon = false;
      this.#pump();
    });
  }

  /** Lets waiting clients in, and sends the next batch if nothing is in flight. */
  #pump(): void {
    if (!this.#send) return;
    this.#waiters.admit((run) => this.#take(run));
    const hasNext = this.#announces ||
      this.#batcher.count > 0 && !this.#cork.isIn;
    if (hasNext && this.#window.size === 0) this.#sendBatch();
  }

  #sendBatch(): void {
    const batch = this.#batcher.take(this.#stream, this.#asks);
    this.#announces = this.#asks = false;
    this.#window.add(batch, this.#options.clock.now());
    this.#send!(batch);
  }
}
