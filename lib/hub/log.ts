/**
 * The log: the newest messages, kept once for all subscribers. The hub appends;
 * each channel reads at a cursor of its own.
 *
 * A byte in the log does not change while a reader may still look at it, so a
 * reader may keep a run as long as it likes.
 *
 * @module
 */
import { assert } from "@std/assert/assert";
import type { Run } from "../wire/run.ts";
import { type Chunk, ChunkRing, isDetached } from "./chunk_ring.ts";

/** A position in the log. It is numbers only, so a cursor that falls behind keeps nothing in memory. */
export interface Cursor {
  /** The number of the chunk; chunks are numbered as they are made. */
  chunk: number;
  /** Bytes into that chunk, always at the edge of a message. */
  offset: number;
  /** How many messages precede this position. */
  message: number;
}

/** What one read returns. */
export interface Slice {
  readonly run: Run;
  /** The chunk of which the run is a part. */
  readonly chunk: Chunk;
}

/** A bounded log of messages that drops its oldest. */
export class Log {
  readonly #ring: ChunkRing;
  #end = 0;
  /** The last slice: subscribers that keep up read the same one after another. */
  #slice: Slice | undefined;

  constructor(capacity: number) {
    this.#ring = new ChunkRing(capacity);
  }

  /** The most bytes of memory for messages. */
  get capacity(): number {
    return this.#ring.capacity;
  }

  /** How many messages were ever appended. */
  get end(): number {
    return this.#end;
  }

  /** How many messages precede the oldest that is kept. */
  get start(): number {
    const ring = this.#ring;
    return ring.length > 0 ? ring.at(ring.oldest).start : this.#end;
  }

  /** How many chunks are kept. */
  get chunks(): number {
    return this.#ring.length;
  }

  /** Whether the next chunk drops the oldest. */
  get isFull(): boolean {
    return this.#ring.isFull;
  }

  /** How many kept chunks precede the one at `cursor`; negative where that was dropped. */
  chunksBefore(cursor: Cursor): number {
    return cursor.chunk - this.#ring.oldest;
  }

  /** How many chunks there are from the one at `cursor` to the newest, both included. */
  chunksFrom(cursor: Cursor): number {
    return this.#ring.next - cursor.chunk;
  }

  /** Appends a copy of whole messages. Drops the oldest chunks to make room. */
  append(bytes: Uint8Array, count: number): void {
    assert(bytes.length <= this.capacity, "more than the log can hold");
    let chunk = this.#newest;
    if (
      !chunk || chunk.size - chunk.length < bytes.length || isDetached(chunk)
    ) {
      this.#slice = undefined; // or it keeps a chunk in memory that is dropped
      chunk = this.#ring.grow(bytes.length, this.#end);
    }
    chunk.bytes.set(bytes, chunk.length);
    chunk.length += bytes.length;
    chunk.count += count;
    this.#end += count;
  }

  /** The position behind the newest message. */
  cursor(): Cursor {
    const newest = this.#newest;
    return newest
      ? {
        chunk: this.#ring.next - 1,
        offset: newest.length,
        message: this.#end,
      }
      : { chunk: this.#ring.next, offset: 0, message: this.#end };
  }

  /**
   * The next run at `cursor`, before `limit`, and moves the cursor behind it;
   * `undefined` if there is none. A cursor at a dropped chunk moves to the oldest
   * kept one, or to its limit. Messages of a detached chunk are lost: the cursor
   * moves over them.
   */
  read(cursor: Cursor, limit?: Cursor): Slice | undefined {
    const { oldest, next } = this.#ring;
    if (cursor.chunk < oldest) {
      if (limit && limit.chunk < oldest) {
        move(cursor, limit.chunk, limit.offset, limit.message);
        return undefined;
      }
      move(cursor, oldest, 0, this.start);
    }
    const last = limit?.chunk ?? next - 1;
    while (cursor.chunk <= last) {
      const chunk = this.#ring.at(cursor.chunk);
      const limited = limit !== undefined && cursor.chunk === last;
      const end = limited ? limit.offset : chunk.length;
      if (cursor.offset < end) {
        const { offset } = cursor;
        const message = limited ? limit.message : chunk.start + chunk.count;
        const count = message - cursor.message;
        move(cursor, cursor.chunk, end, message);
        if (!isDetached(chunk)) {
          chunk.readers++;
          return this.#cut(chunk, offset, end, count);
        }
      }
      if (cursor.chunk === last) break; // the newest chunk may grow: stay in it
      move(cursor, cursor.chunk + 1, 0, chunk.start + chunk.count);
    }
    return undefined;
  }

  /** Says that one reader no longer looks at what it read from `chunk`. */
  release(chunk: Chunk): void {
    chunk.readers--;
  }

  get #newest(): Chunk | undefined {
    const { length, next } = this.#ring;
    return length > 0 ? this.#ring.at(next - 1) : undefined;
  }

  /** The bytes from `offset` to `end` of a chunk; the same object for the same bytes. */
  #cut(chunk: Chunk, offset: number, end: number, count: number): Slice {
    const last = this.#slice;
    if (
      last?.chunk === chunk && last.run.bytes.byteOffset === offset &&
      last.run.bytes.length === end - offset
    ) return last;
    const bytes = chunk.bytes.subarray(offset, end);
    return this.#slice = { run: { bytes, count }, chunk };
  }
}

function move(
  cursor: Cursor,
  chunk: number,
  offset: number,
  message: number,
): void {
  cursor.chunk = chunk;
  cursor.offset = offset;
  cursor.message = message;
}
