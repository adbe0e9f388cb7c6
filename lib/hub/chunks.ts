/**
 * The memory of the log: numbered chunks, of which the oldest are dropped to make room.
 *
 * A dropped chunk is only forgotten. Its memory serves again if no reader looks at it.
 *
 * @module
 */
import type { Run } from "../wire/run.ts";

/**
 * The size of a chunk, in bytes, and so of the largest write: large enough that
 * the cost of a system call vanishes in it, small enough to be dropped as one.
 */
const CHUNK_SIZE = 64 * 1024;

/** There are at least this many chunks, so that dropping one keeps most messages. */
const MIN_CHUNKS = 8;

/** What one read returns. */
export interface Slice {
  /** The run as an iterator's result: one object for all who read it. */
  readonly result: IteratorYieldResult<Run>;
  /** The chunk of which the run is a part. */
  readonly chunk: Chunk;
}

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
  /** The last slice read: subscribers that keep up read the same one after another. */
  slice: Slice | undefined;
}

/** Chunks, numbered as they are made. There is always one at least. */
export class Chunks {
  /** The most bytes of memory in chunks. */
  readonly capacity: number;
  readonly #chunkSize: number;
  readonly #kept: Chunk[] = [];
  #oldest = 0;
  /** Bytes of memory in the kept chunks; never more than `capacity`. */
  #allocated = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#chunkSize = Math.min(CHUNK_SIZE, Math.floor(capacity / MIN_CHUNKS));
    this.grow(this.#chunkSize, 0);
  }

  /** The number of the oldest kept chunk. */
  get oldest(): number {
    return this.#oldest;
  }

  /** The number of the newest chunk. */
  get newest(): number {
    return this.#oldest + this.#kept.length - 1;
  }

  /** How many chunks are kept. */
  get length(): number {
    return this.#kept.length;
  }

  /** Whether the next chunk drops the oldest. */
  get isFull(): boolean {
    return this.#allocated + this.#chunkSize > this.capacity;
  }

  /** A kept chunk, by its number. */
  at(number: number): Chunk {
    return this.#kept[number - this.#oldest]!;
  }

  /**
   * Makes the next chunk, with room for `length` bytes at least, and drops the
   * oldest until it fits.
   */
  grow(length: number, start: number): Chunk {
    const size = Math.max(length, this.#chunkSize);
    let spare: Uint8Array<ArrayBuffer> | undefined;
    while (this.#allocated + size > this.capacity) spare = this.#drop();
    const chunk: Chunk = {
      bytes: spare?.length === size ? spare : new Uint8Array(size),
      size,
      start,
      length: 0,
      count: 0,
      readers: 0,
      slice: undefined,
    };
    this.#kept.push(chunk);
    this.#allocated += size;
    return chunk;
  }

  /** Drops the oldest chunk, and returns its memory if no reader looks at it. */
  #drop(): Uint8Array<ArrayBuffer> | undefined {
    const { bytes, size, readers } = this.#kept.shift()!;
    this.#allocated -= size;
    this.#oldest++;
    return readers === 0 ? bytes : undefined;
  }
}

/** Whether a consumer has transferred the chunk's buffer away. */
export function isDetached({ bytes }: Chunk): boolean {
  return bytes.length === 0;
}
