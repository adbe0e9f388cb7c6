/**
 * The log: the newest messages, once for all who read them. The hub appends,
 * each channel reads at a cursor of its own. Its one rule: a byte that was
 * appended does not change while anybody may still look at it, so a reader may
 * hold a run as long as it likes; what is dropped is only let go.
 *
 * @module
 */
import { assert } from "@std/assert/assert";
import type { Run } from "../wire/run.ts";

/**
 * The size of a chunk, in bytes: the most that one write can take. Large enough
 * that a system call's cost vanishes in it, small enough to be dropped by.
 */
const CHUNK = 64 * 1024;

/** A log is at least this many chunks, so that dropping one keeps most of it. */
const MIN_CHUNKS = 8;

/**
 * A piece of the log. It starts on the edge of a message, and a message never
 * crosses into the next, so dropping a chunk drops whole messages.
 */
interface Chunk extends Lent {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How many messages came before its first. */
  readonly start: number;
  /** Bytes appended so far. */
  length: number;
  /** Messages appended so far. */
  count: number;
}

/** What a run was cut from. */
export interface Lent {
  /** Readers that have not given it back; with none its memory serves again. */
  readers: number;
}

/**
 * A place in the log: numbers only, so one that falls behind keeps nothing in
 * memory.
 */
export interface Cursor {
  /** The number of the chunk; chunks are numbered as they are made. */
  chunk: number;
  /** Bytes into that chunk, always the edge of a message. */
  offset: number;
  /** How many messages come before this place. */
  message: number;
}

/** What one read gave. */
interface Slice {
  readonly run: Run;
  readonly lent: Lent;
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
  /** The number of the chunk that will be made next. */
  #next = 0;
  /** Bytes of memory in the kept chunks; never more than `capacity`. */
  #held = 0;
  #end = 0;
  /** The memory of a dropped chunk that nobody looks at any more. */
  #spare: Uint8Array<ArrayBuffer> | undefined;
  /** The last read: subscribers that keep up read the same, one after another. */
  #slice: Slice | undefined;
  #sliceChunk = -1;
  #sliceOffset = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#chunkSize = Math.min(CHUNK, Math.ceil(capacity / MIN_CHUNKS));
    this.#ring = new Array(Math.ceil(capacity / this.#chunkSize) + 1);
  }

  /** How many messages were ever appended. */
  get end(): number {
    return this.#end;
  }

  /** How many messages come before the oldest that is kept. */
  get start(): number {
    return this.#oldest < this.#next
      ? this.#chunk(this.#oldest).start
      : this.#end;
  }

  /**
   * Appends a copy of whole messages, dropping the oldest chunks to make room.
   *
   * @returns Whether it began a chunk.
   */
  append(bytes: Uint8Array, count: number): boolean {
    assert(bytes.length <= this.capacity, "more than the log can hold");
    let chunk = this.#next > this.#oldest
      ? this.#chunk(this.#next - 1)
      : undefined;
    const begins = !chunk || chunk.bytes.length - chunk.length < bytes.length;
    if (!chunk || begins) {
      chunk = this.#grow(Math.max(bytes.length, this.#chunkSize));
    }
    chunk.bytes.set(bytes, chunk.length);
    chunk.length += bytes.length;
    chunk.count += count;
    this.#end += count;
    return begins;
  }

  /** The place behind the newest message. */
  cursor(): Cursor {
    if (this.#next === this.#oldest) {
      return { chunk: this.#next, offset: 0, message: this.#end };
    }
    const chunk = this.#next - 1;
    return { chunk, offset: this.#chunk(chunk).length, message: this.#end };
  }

  /** Whether more than one more read is needed to get from `cursor` to the end. */
  isBehind(cursor: Cursor): boolean {
    return this.#next - cursor.chunk > 2;
  }

  /** Whether what is next for `cursor` is among the oldest quarter, and soon dropped. */
  isEndangered(cursor: Cursor): boolean {
    const kept = this.#next - this.#oldest;
    return this.#held + this.#chunkSize > this.capacity &&
      cursor.chunk < this.#oldest + kept / 4;
  }

  /**
   * The next run at `cursor` and before `limit`, and moves the cursor behind
   * it; `undefined` when there is none. A cursor that points at what was
   * dropped moves to the oldest that is kept, or to its limit.
   */
  read(cursor: Cursor, limit?: Cursor): Slice | undefined {
    if (cursor.chunk < this.#oldest) {
      if (limit && limit.chunk < this.#oldest) {
        Object.assign(cursor, limit);
        return undefined;
      }
      cursor.message = this.start;
      cursor.chunk = this.#oldest;
      cursor.offset = 0;
    }
    const last = limit?.chunk ?? this.#next - 1;
    for (; cursor.chunk <= last; cursor.chunk++, cursor.offset = 0) {
      const chunk = this.#chunk(cursor.chunk);
      const bounded = limit !== undefined && cursor.chunk === last;
      const end = bounded ? limit.offset : chunk.length;
      if (cursor.offset < end) {
        const message = bounded ? limit.message : chunk.start + chunk.count;
        const slice = this.#cut(chunk, cursor, end, message - cursor.message);
        cursor.offset = end;
        cursor.message = message;
        chunk.readers++;
        return slice;
      }
      if (cursor.chunk === last) break; // the newest chunk may grow: stay in it
    }
    return undefined;
  }

  /** Takes back what was read: its reader does not look at it any more. */
  release(lent: Lent): void {
    lent.readers--;
  }

  /** The bytes from `cursor` to `end` of its chunk, the same object if it is the same. */
  #cut(chunk: Chunk, cursor: Cursor, end: number, count: number): Slice {
    const { offset } = cursor;
    let slice = this.#slice;
    if (
      slice === undefined || this.#sliceChunk !== cursor.chunk ||
      this.#sliceOffset !== offset || slice.run.bytes.length !== end - offset
    ) {
      const bytes = chunk.bytes.subarray(offset, end);
      slice = this.#slice = { run: { bytes, count }, lent: chunk };
      this.#sliceChunk = cursor.chunk;
      this.#sliceOffset = offset;
    }
    return slice;
  }

  #chunk(number: number): Chunk {
    return this.#ring[number % this.#ring.length]!;
  }

  #grow(size: number): Chunk {
    while (this.#held + size > this.capacity) this.#drop();
    const spare = size === this.#chunkSize ? this.#spare : undefined;
    if (spare) this.#spare = undefined;
    const chunk = {
      bytes: spare ?? new Uint8Array(size),
      start: this.#end,
      length: 0,
      count: 0,
      readers: 0,
    };
    this.#ring[this.#next % this.#ring.length] = chunk;
    this.#next++;
    this.#held += size;
    return chunk;
  }

  #drop(): void {
    const { bytes, readers } = this.#chunk(this.#oldest);
    this.#held -= bytes.length;
    this.#ring[this.#oldest % this.#ring.length] = undefined;
    if (this.#sliceChunk === this.#oldest) this.#slice = undefined;
    this.#oldest++;
    if (readers === 0 && bytes.length === this.#chunkSize) this.#spare = bytes;
  }
}
