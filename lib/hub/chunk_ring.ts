/**
 * The memory of the log: a ring of chunks, which drops its oldest to make room.
 *
 * A dropped chunk is only forgotten. Its memory serves again if no reader looks at it.
 *
 * @module
 */

/**
 * The size of a chunk, in bytes, and so of the largest write: large enough that
 * the cost of a system call vanishes in it, small enough to be dropped as one.
 */
const CHUNK_SIZE = 64 * 1024;

/** A ring has at least this many chunks, so that dropping one keeps most of it. */
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

/** Chunks, numbered as they are made. */
export class ChunkRing {
  /** The most bytes of memory in chunks. */
  readonly capacity: number;
  readonly #chunkSize: number;
  /** The kept chunks, number `n` at `n % length`. */
  readonly #ring: (Chunk | undefined)[];
  #oldest = 0;
  #next = 0;
  /** Bytes of memory in the kept chunks; never more than `capacity`. */
  #allocated = 0;
  /** The memory of a dropped chunk that no reader looks at. */
  #spare: Uint8Array<ArrayBuffer> | undefined;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#chunkSize = Math.min(CHUNK_SIZE, Math.ceil(capacity / MIN_CHUNKS));
    this.#ring = new Array(Math.ceil(capacity / this.#chunkSize) + 1);
  }

  /** The number of the oldest kept chunk. */
  get oldest(): number {
    return this.#oldest;
  }

  /** The number of the next chunk. */
  get next(): number {
    return this.#next;
  }

  /** How many chunks are kept. */
  get length(): number {
    return this.#next - this.#oldest;
  }

  /** Whether the next chunk drops the oldest. */
  get isFull(): boolean {
    return this.#allocated + this.#chunkSize > this.capacity;
  }

  /** A kept chunk, by its number. */
  at(number: number): Chunk {
    return this.#ring[number % this.#ring.length]!;
  }

  /**
   * Makes the next chunk, with room for `length` bytes at least, and drops the
   * oldest until it fits.
   */
  grow(length: number, start: number): Chunk {
    const size = Math.max(length, this.#chunkSize);
    while (this.#allocated + size > this.capacity) this.#drop();
    const spare = size === this.#chunkSize ? this.#spare : undefined;
    if (spare) this.#spare = undefined;
    const chunk: Chunk = {
      bytes: spare ?? new Uint8Array(size),
      size,
      start,
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
    const { bytes, size, readers } = this.at(this.#oldest);
    this.#allocated -= size;
    this.#ring[this.#oldest % this.#ring.length] = undefined;
    this.#oldest++;
    if (readers === 0 && bytes.length === this.#chunkSize) this.#spare = bytes;
  }
}

/** Whether a consumer has transferred the chunk's buffer away. */
export function isDetached({ bytes }: Chunk): boolean {
  return bytes.length === 0;
}
