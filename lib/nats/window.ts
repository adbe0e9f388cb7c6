/**
 * The window: the batches of this node that were sent and not read back from the
 * stream yet. Nothing else says that a batch is stored: an acknowledgement can get
 * lost, and a stream can be lost after it.
 *
 * @module
 */
import type { OutgoingBatch } from "./batcher.ts";

/** The most batches in flight. */
export const MAX_IN_FLIGHT = 64;

/** The most bytes in flight. */
export const MAX_BYTES_IN_FLIGHT = 4 * 1024 * 1024;

/** A batch whose first sending is this much longer ago than the engine recognizes it is not sent again: it may arrive late. */
const MARGIN = { share: 1 / 4, most: 5000 } as const;

/** A batch in flight. */
interface InFlight {
  readonly batch: OutgoingBatch;
  /** When it was first sent, in milliseconds of the room's clock. */
  readonly sentAt: number;
  /** Where the engine says it has stored it, in this session. */
  seq?: number;
}

/** The batches in flight, oldest first. */
export class Window {
  /** In the order of their counters. */
  #inFlight: InFlight[] = [];
  #bytes = 0;
  #readUpTo = 0;

  /** How many batches are in flight. */
  get size(): number {
    return this.#inFlight.length;
  }

  /** Up to which entry the stream was read. */
  get readUpTo(): number {
    return this.#readUpTo;
  }

  /** Their bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The number of the oldest batch in flight; `Infinity` if there is none. */
  get oldest(): number {
    return this.#inFlight[0]?.batch.counter ?? Infinity;
  }

  /** Whether the engine says that it has stored the oldest. */
  get isOldestStored(): boolean {
    return this.#inFlight[0]?.seq !== undefined;
  }

  /** Whether a batch of so many bytes may be sent. */
  hasRoom(bytes: number): boolean {
    return this.size < MAX_IN_FLIGHT &&
      this.#bytes + bytes <= MAX_BYTES_IN_FLIGHT;
  }

  /** Adds the newest batch. */
  add(batch: OutgoingBatch, sentAt: number): void {
    this.#inFlight.push({ batch, sentAt });
    this.#bytes += batch.bytes.length;
  }

  /**
   * Says that a batch was read from the stream. Older ones that were not are lost:
   * the engine stores in the order of sending.
   *
   * @returns How many messages are lost.
   */
  readBack(counter: number): number {
    const lost = this.loseUpTo(counter - 1);
    if (this.oldest === counter) this.#remove();
    return lost;
  }

  /**
   * Gives up batches up to a number.
   *
   * @returns How many messages are lost.
   */
  loseUpTo(counter: number): number {
    let lost = 0;
    while (this.size > 0 && this.oldest <= counter) {
      lost += this.#remove().batch.count;
    }
    return lost;
  }

  /**
   * Says where the engine has stored a batch.
   *
   * @returns As {@linkcode Window.passed}.
   */
  stored(counter: number, seq: number): number | undefined {
    const inFlight = this.#inFlight[counter - this.oldest];
    if (inFlight) inFlight.seq = seq;
    return this.passed(this.#readUpTo);
  }

  /**
   * Says that the stream was read up to `seq`. What is stored up to there and was not
   * read back went before it could be read; it is lost, and all older ones are.
   *
   * @returns How many messages are lost; `undefined` if there is no such batch.
   */
  passed(seq: number): number | undefined {
    this.#readUpTo = seq;
    const last = this.#inFlight.findLast((batch) => batch.seq! <= seq)?.batch;
    return last && this.loseUpTo(last.counter);
  }

  /**
   * A session begins: gives up what the engine may have stored and would not
   * recognize, because it was first sent before the stream's duplicate window. Where
   * the rest was stored is not known.
   *
   * @returns How many messages are lost.
   */
  open(now: number, duplicateWindow: number): number {
    const margin = Math.min(MARGIN.share * duplicateWindow, MARGIN.most);
    const expired = this.#inFlight.findLast(({ sentAt }) =>
      sentAt < now - duplicateWindow + margin
    );
    for (const inFlight of this.#inFlight) delete inFlight.seq;
    return this.loseUpTo(expired?.batch.counter ?? 0);
  }

  /** The batches in flight, oldest first. */
  *batches(): Generator<OutgoingBatch, void> {
    for (const { batch } of this.#inFlight) yield batch;
  }

  #remove(): InFlight {
    const removed = this.#inFlight.shift()!;
    this.#bytes -= removed.batch.bytes.length;
    return removed;
  }
}
