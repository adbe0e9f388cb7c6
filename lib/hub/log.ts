/**
 * The log: the newest messages, kept once for all subscribers. The hub appends;
 * each channel reads at a cursor of its own.
 *
 * A byte in the log does not change while a reader may still look at it, so a
 * reader may keep a run as long as it likes.
 *
 * @module
 */
import { type Chunk, Chunks, isDetached, type Slice } from "./chunks.ts";

/** A position in the log. It is numbers only, so a cursor that falls behind keeps nothing in memory. */
export interface Cursor {
  /** The number of the chunk; chunks are numbered as they are made. */
  chunk: number;
  /** Bytes into that chunk, always at the edge of a message. */
  offset: number;
  /** How many messages precede this position. */
  message: number;
}

/** A bounded log of messages that drops its oldest. */
export class Log {
  readonly #chunks: Chunks;
  #end = 0;

  constructor(capacity: number) {
    this.#chunks = new Chunks(capacity);
  }

  /** The most bytes of memory for messages. */
  get capacity(): number {
    return this.#chunks.capacity;
  }

  /** How many messages were ever appended. */
  get end(): number {
    return this.#end;
  }

  /** How many messages precede the oldest that is kept. */
  get start(): number {
    return this.#chunks.at(this.#chunks.oldest).start;
  }

  /** How many chunks are kept. */
  get chunks(): number {
    return this.#chunks.length;
  }

  /** Whether the next chunk drops the oldest. */
  get isFull(): boolean {
    return this.#chunks.isFull;
  }

  /** How many kept chunks precede the one at `cursor`; negative where that was dropped. */
  chunksBefore(cursor: Cursor): number {
    return cursor.chunk - this.#chunks.oldest;
  }

  /** How many chunks there are from the one at `cursor` to the newest, both included. */
  chunksFrom(cursor: Cursor): number {
    return this.#chunks.newest + 1 - cursor.chunk;
  }

  /**
   * Appends a copy of whole messages, of at most as many bytes as the capacity.
   * Drops the oldest chunks to make room.
   */
  append(bytes: Uint8Array, count: number): void {
    let chunk = this.#newest;
    if (chunk.size - chunk.length < bytes.length || isDetached(chunk)) {
      chunk = this.#chunks.grow(bytes.length, this.#end);
    }
    chunk.bytes.set(bytes, chunk.length);
    chunk.length += bytes.length;
    chunk.count += count;
    this.#end += count;
  }

  /** The position behind the newest message. */
  cursor(): Cursor {
    return {
      chunk: this.#chunks.newest,
      offset: this.#newest.length,
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
    const { oldest, newest } = this.#chunks;
    if (cursor.chunk < oldest) {
      if (limit && limit.chunk < oldest) {
        move(cursor, limit.chunk, limit.offset, limit.message);
        return undefined;
      }
      move(cursor, oldest, 0, this.start);
    }
    const last = limit?.chunk ?? newest;
    while (cursor.chunk <= last) {
      const chunk = this.#chunks.at(cursor.chunk);
      const limited = limit !== undefined && cursor.chunk === last;
      const end = limited ? limit.offset : chunk.length;
      if (cursor.offset < end) {
        const { offset } = cursor;
        const message = limited ? limit.message : chunk.start + chunk.count;
        const count = message - cursor.message;
        move(cursor, cursor.chunk, end, message);
        if (!isDetached(chunk)) {
          chunk.readers++;
          return cut(chunk, offset, end, count);
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

  get #newest(): Chunk {
    return this.#chunks.at(this.#chunks.newest);
  }
}

/** The bytes from `offset` to `end` of a chunk; the same object for the same bytes. */
function cut(chunk: Chunk, offset: number, end: number, count: number): Slice {
  const last = chunk.slice?.result.value.bytes;
  if (last?.byteOffset !== offset || last.length !== end - offset) {
    const bytes = chunk.bytes.subarray(offset, end);
    const result = { done: false, value: { bytes, count } } as const;
    chunk.slice = { result, chunk };
  }
  return chunk.slice!;
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
