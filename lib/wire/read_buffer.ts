/**
 * The buffer that a framer reads into. Its size follows the traffic.
 *
 * @module
 */
import { HEADER, MAX_BODY } from "./frame.ts";

/**
 * The sizes of the buffer, in bytes. An idle connection costs what its pending
 * read holds, so waiting begins at the smallest; a busy one should bring in as
 * much as it can for each system call, so a read that fills its buffer is followed
 * by one of the next size, and any other by one of the size below. The smallest is
 * larger than any frame, so a frame always fits.
 */
const SIZES = [512, 8 * 1024, 64 * 1024] as const;

/** Any frame must fit, or a reader would wait for ever for the rest of it. */
const MIN_SIZE = HEADER + MAX_BODY;

/** The most buffers of each size that are kept for later use. */
const MAX_SPARES = 16;

/** Buffers that were exchanged for larger or smaller ones, by index in `SIZES`. */
const spares = SIZES.map((): Uint8Array<ArrayBuffer>[] => []);

/** A buffer of a fixed size, or of one that follows the traffic. */
export class ReadBuffer {
  #bytes: Uint8Array<ArrayBuffer>;
  /** The index of the size in `SIZES`; `undefined` for a fixed one. */
  #size: number | undefined;

  /**
   * @param fixedSize In bytes. Without it the size follows the traffic.
   * @throws {RangeError} If `fixedSize` is not an integer of at least 256.
   */
  constructor(fixedSize: number | undefined) {
    if (fixedSize === undefined) {
      this.#size = 0;
      this.#bytes = take(0);
      return;
    }
    if (!Number.isSafeInteger(fixedSize) || fixedSize < MIN_SIZE) {
      throw new RangeError(
        `Cannot make a buffer of ${fixedSize} bytes: ${MIN_SIZE} is the least`,
      );
    }
    this.#bytes = new Uint8Array(fixedSize);
  }

  /** The whole buffer, until the next {@linkcode ReadBuffer.keep}. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /**
   * Prepares for the next read: moves the bytes from `begin` to `end` to the start,
   * and exchanges the buffer if the last read, which ended at `end`, calls for
   * another size.
   */
  keep(begin: number, end: number): void {
    const previous = this.#bytes;
    this.#followTraffic(end === previous.length);
    if (begin < end && (begin > 0 || this.#bytes !== previous)) {
      this.#bytes.set(previous.subarray(begin, end));
    }
  }

  #followTraffic(filled: boolean): void {
    const size = this.#size;
    if (size === undefined) return;
    const next = filled
      ? Math.min(size + 1, SIZES.length - 1)
      : Math.max(size - 1, 0);
    if (next === size) return;
    if (spares[size]!.length < MAX_SPARES) spares[size]!.push(this.#bytes);
    this.#bytes = take(next);
    this.#size = next;
  }
}

function take(size: number): Uint8Array<ArrayBuffer> {
  return spares[size]!.pop() ?? new Uint8Array(SIZES[size]!);
}
