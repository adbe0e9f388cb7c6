/**
 * The batcher: collects what clients send until it can be published. A room has one.
 *
 * @module
 */
import type { Run } from "../wire/run.ts";
import {
  BATCH_HEADER,
  type BatchHeader,
  MAX_BATCH,
  writeHeader,
} from "./batch.ts";

/** A batch begins with room for so many bytes of frames, and doubles as it needs. */
const FIRST_ROOM = 2 * 1024;

/** A batch on its way to the engine. */
export interface OutgoingBatch extends BatchHeader {
  /** Header and frames. They do not change. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How many messages are in it. */
  readonly count: number;
}

/** Makes batches, numbered and with running totals. */
export class Batcher {
  /** This node. */
  readonly node: bigint;
  /** Header and frames of the batch that is being filled. */
  #bytes = new Uint8Array(BATCH_HEADER + FIRST_ROOM);
  /** Bytes of `#bytes` in use; the header's are. */
  #length = BATCH_HEADER;
  #count = 0;
  /** The number of the batch that is being filled. */
  #counter = 1;
  /** Messages in all batches before it. */
  #total = 0;

  constructor(node: bigint) {
    this.node = node;
  }

  /** The number of the batch that is being filled. */
  get counter(): number {
    return this.#counter;
  }

  /** Messages in the batch that is being filled. */
  get count(): number {
    return this.#count;
  }

  /** Whether a run of so many bytes fits into the batch that is being filled. */
  fits(length: number): boolean {
    return this.#length + length <= BATCH_HEADER + MAX_BATCH;
  }

  /** Copies a run into the batch. It must fit. */
  add({ bytes, count }: Run): void {
    const length = this.#length + bytes.length;
    if (length > this.#bytes.length) {
      const room = Math.max(length, 2 * this.#bytes.length);
      const larger = new Uint8Array(Math.min(room, BATCH_HEADER + MAX_BATCH));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = length;
    this.#count += count;
  }

  /** Takes the batch, empty or not, for a stream that was read up to `after`, and begins the next. */
  take(stream: number, after: number, asks: boolean): OutgoingBatch {
    const batch = {
      node: this.node,
      counter: this.#counter,
      total: this.#total,
      asks,
      stream,
      after,
      bytes: this.#bytes.subarray(0, this.#length),
      count: this.#count,
    };
    writeHeader(batch.bytes, batch, batch.count);
    this.#counter++;
    this.#total += this.#count;
    this.#bytes = new Uint8Array(BATCH_HEADER + FIRST_ROOM);
    this.#length = BATCH_HEADER;
    this.#count = 0;
    return batch;
  }
}
