/**
 * The log: the newest messages, kept once for all subscribers. The hub appends;
 * each channel reads at a cursor of its own.
 *
 * A byte in the log does not change while a reader may still look at it, so a
 * reader may keep a run as long as it likes. A dropped chunk is only forgotten.
 *
 * @module
 */
import { assert } from "@std/assert/assert";
import type { Run } from "../wire/run.ts";

/**
 * The size of a chunk, in bytes, and so of the largest write: large enough that
 * the cost of a system call vanishes in it, small enough to be dropped as one.
 */
const CHUNK_SIZE = 64 * 1024;

/** A log has at least this many chunks, so that dropping one keeps most of it. */
const MIN_CHUNKS = 8;

/**
 * A piece of the log. It starts with a message, and no message continues in the
 * next chunk, so dropping a chunk drops whole messages.
 */
export interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The bytes it has room for. A number, because a consumer can detach `bytes`. */
  readonly size: number;
  /** How many messages precede its first. */
  readonly start: number;
  /** Bytes appended so far. */
  length: number;
  /** Messages appended so far. */
  count: number;
  /** Readers that have not released it. With none, its memory can be used again. */
  readers: number;
}

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
  /** The most bytes of memory for messages. */
  readonly capacity: number;
  readonly #chunkSize: number;
  /** The kept chunks, number `n` at `n % length`. */
  readonly #ring: (Chunk | undefined)[];
  /** The number of the oldest kept chunk. */
  #oldest = 0;
  /** The number of the next chunk. */
  #next = 0;
  /** Bytes of memory in the kept chunks; never more than `capacity`. */
  #allocated = 0;
  #end = 0;
  /** The memory of a dropped chunk that no reader looks at. */
  #spare: Uint8Array<ArrayBuffer> | undefined;
  /** The last slice: subscribers that keep up read the same one after another. */
  #slice: Slice | undefined;
  #sliceNumber = -1;
  #sliceOffset = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#chunkSize = Math.min(CHUNK_SIZE, Math.ceil(capacity / MIN_CHUNKS));
    this.#ring = new Array(Math.ceil(capacity / this.#chunkSize) + 1);
  }

  /** How many messages were ever appended. */
  get end(): number {
    return this.#end;
  }

  /** How many messages precede the oldest that is kept. */
  get start(): number {
    return this.#oldest < this.#next
      ? this.#chunk(this.#oldest).start
      : this.#end;
  }

  /** How many chunks are kept. */
  get chunks(): number {
    return this.#next - this.#oldest;
  }

  /** Whether the next chunk drops the oldest. */
  get isFull(): boolean {
    return this.#allocated + this.#chunkSize > this.capacity;
  }

  /** How many kept chunks precede the one at `cursor`; negative where that was dropped. */
  chunksBefore(cursor: Cursor): number {
    return cursor.chunk - this.#oldest;
  }

  /** How many chunks there are from the one at `cursor` to the newest, both included. */
  chunksFrom(cursor: Cursor): number {
    return this.#next - cursor.chunk;
  }

  /** Appends a copy of whole messages. Drops the oldest chunks to make room. */
  append(bytes: Uint8Array, count: number): void {
    assert(bytes.length <= this.capacity, "more than the log can hold");
    const newest = this.chunks > 0 ? this.#chunk(this.#next - 1) : undefined;
    const fits = newest && newest.size - newest.length >= bytes.length &&
      !isDetached(newest);
    const chunk = fits
      ? newest
      : this.#grow(Math.max(bytes.length, this.#chunkSize));
    chunk.bytes.set(bytes, chunk.length);
    chunk.length += bytes.length;
    chunk.count += count;
    this.#end += count;
  }

  /** The position behind the newest message. */
  cursor(): Cursor {
    const newest = this.#next - 1;
    return this.chunks === 0
      ? { chunk: this.#next, offset: 0, message: this.#end }
      : {
        chunk: newest,
        offset: this.#chunk(newest).length,
        message: this.#end,
      };
  }

  /**
   * The next run at `cursor`, before `limit`, and moves the cursor behind it;
   * `undefined` if there is none. A cursor at a dropped chunk moves to the oldest
   * kept one, or to its limit. Messages of a detached chunk are lost: the cursor
   * moves over them.
   */
  read(cursor: Cursor, limit?: Cursor): Slice | undefined {
    if (cursor.chunk < this.#oldest) {
      if (limit && limit.chunk < this.#oldest) {
        move(cursor, limit.chunk, limit.offset, limit.message);
        return undefined;
      }
      move(cursor, this.#oldest, 0, this.start);
    }
    const last = limit?.chunk ?? this.#next - 1;
    while (cursor.chunk <= last) {
      const chunk = this.#chunk(cursor.chunk);
      const limited = limit !== undefined && cursor.chunk === last;
      const end = limited ? limit.offset : chunk.length;
      if (cursor.offset < end) {
        const { offset } = cursor;
        const message = limited ? limit.message : chunk.start + chunk.count;
        const count = message - cursor.message;
        move(cursor, cursor.chunk, end, message);
        if (!isDetached(chunk)) {
          chunk.readers++;
          return this.#cut(chunk, cursor.chunk, offset, end, count);
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

  /** The bytes from `offset` to `end` of a chunk; the same object for the same bytes. */
  #cut(
    chunk: Chunk,
    number: number,
    offset: number,
    end: number,
    count: number,
  ): Slice {
    let slice = this.#slice;
    if (
      slice === undefined || this.#sliceNumber !== number ||
      this.#sliceOffset !== offset || slice.run.bytes.length !== end - offset
    ) {
      const bytes = chunk.bytes.subarray(offset, end);
      slice = this.#slice = { run: { bytes, count }, chunk };
      this.#sliceNumber = number;
      this.#sliceOffset = offset;
    }
    return slice;
  }

  #chunk(number: number): Chunk {
    return this.#ring[number % this.#ring.length]!;
  }

  #grow(size: number): Chunk {
    while (this.#allocated + size > this.capacity) this.#drop();
    const spare = size === this.#chunkSize ? this.#spare : undefined;
    if (spare) this.#spare = undefined;
    const chunk: Chunk = {
      bytes: spare ?? new Uint8Array(size),
      size,
      start: this.#end,
      length: 0,
      count: 0,
      readers: 0,
    };
    this.#ring[this.#next % this.#ring.length] = chunk;
    this.#next++;
    this.#allocated += size;
    return chunk;
  }

  #drop(): void {
    const { bytes, size, readers } = this.#chunk(this.#oldest);
    this.#allocated -= size;
    this.#ring[this.#oldest % this.#ring.length] = undefined;
    if (this.#sliceNumber === this.#oldest) this.#slice = undefined;
    this.#oldest++;
    if (readers === 0 && bytes.length === this.#chunkSize) this.#spare = bytes;
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

/** Whether a consumer has transferred the chunk's buffer away. */
function isDetached({ bytes }: Chunk): boolean {
  return bytes.length === 0;
}
