/**
 * The sender: fills batches, and sends each when fewer than two are in flight, or when
 * it is full.
 *
 * @module
 */
import type { Run } from "../wire/run.ts";
import { BATCH_HEADER, MAX_BATCH } from "./batch.ts";
import { Batcher, type OutgoingBatch } from "./batcher.ts";
import type { RoomClock } from "./clock.ts";
import type { StreamState } from "./engine.ts";
import { Window } from "./window.ts";

/** With so many batches in flight, one that is not full waits; one is made while another is stored. */
export const PIPELINE_DEPTH = 2;

/** Sends a batch to the engine. */
export type Send = (batch: OutgoingBatch) => void;

/** Whose batches they are, and who else has something for them. */
export interface SenderOptions {
  readonly node: bigint;
  readonly clock: RoomClock;
  /** Told before a batch is sent, so that what waits for room gets in. */
  readonly onRoom: () => void;
}

/** The batch that is being filled, and those in flight. */
export class Sender {
  readonly window: Window = new Window();
  readonly #options: SenderOptions;
  readonly #batcher: Batcher;
  /** `undefined` while there is no session. */
  #send: Send | undefined;
  /** When the stream was made. */
  #stream = 0;
  /** Whether the next batch is sent even if it is empty, and whether it asks. */
  #announces = false;
  #asks = false;
  #isPumpingSoon = false;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#batcher = new Batcher(options.node);
  }

  /** Whether there is a session. */
  get isOpen(): boolean {
    return this.#send !== undefined;
  }

  /** The first batch with messages that are neither read back nor lost; `Infinity` if there are none. */
  get first(): number {
    const { oldest } = this.window; // older than the one that is being filled
    const { counter, count } = this.#batcher;
    return count > 0 ? Math.min(oldest, counter) : oldest;
  }

  /** The last batch with messages. */
  get last(): number {
    const { counter, count } = this.#batcher;
    return count > 0 ? counter : counter - 1;
  }

  /** Copies a run into the batch that is being filled, if there is a session, and room. */
  take(run: Run): boolean {
    if (!this.#send) return false;
    if (!this.#batcher.fits(run.bytes.length)) {
      if (!this.#hasRoom) return false;
      this.#sendBatch();
    } else if (this.#batcher.count === 0 && !this.#hasRoom) return false;
    this.#batcher.add(run);
    return true;
  }

  /** Sends what a client has sent, together with what others have in the same tick. */
  pumpSoon(): void {
    if (this.#isPumpingSoon) return;
    this.#isPumpingSoon = true;
    queueMicrotask(() => {
      this.#isPumpingSoon = false;
      this.pump();
    });
  }

  /** Sends the next batch if it may go. */
  pump(): void {
    if (!this.#send) return;
    this.#options.onRoom();
    const hasNext = this.#announces || this.#batcher.count > 0;
    if (hasNext && this.window.size < PIPELINE_DEPTH) this.#sendBatch();
  }

  /** Has the next batch sent soon, empty or not, so that others learn this node's total. */
  announce(asks: boolean): void {
    this.#announces = true;
    this.#asks ||= asks;
    this.pump();
  }

  /**
   * A session begins: sends again what is in flight, in order, and then what waits.
   *
   * @returns How many messages in flight are lost.
   */
  open(send: Send, { created, duplicateWindow }: StreamState): number {
    const { clock } = this.#options;
    const lost = this.window.open(clock.now(), duplicateWindow);
    this.#stream = created;
    for (const batch of this.window.batches()) send(batch);
    this.#send = send;
    this.pump();
    return lost;
  }

  /** The session ends: nothing is sent until the next. */
  close(): void {
    this.#send = undefined;
  }

  /**
   * Gives up the batch that is being filled, for good.
   *
   * @returns How many messages are lost.
   */
  end(): number {
    this.close();
    return this.#batcher.take(0, 0, false).count;
  }

  /** Whether one more batch may be in flight. */
  get #hasRoom(): boolean {
    return this.window.hasRoom(BATCH_HEADER + MAX_BATCH);
  }

  #sendBatch(): void {
    const { readUpTo } = this.window;
    const batch = this.#batcher.take(this.#stream, readUpTo, this.#asks);
    this.#announces = this.#asks = false;
    this.window.add(batch, this.#options.clock.now());
    this.#send!(batch);
  }
}
