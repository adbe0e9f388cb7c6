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

/** The index of the largest. */
const LARGEST = SIZES.length - 1;

/**
 * How many of the largest are in use at a time: 16 MiB. A read cannot be withdrawn,
 * so a client that fills its buffer and then falls silent keeps it. Clients beyond
 * these read with the size below.
 */
export const MAX_LARGEST = 256;

/** The most buffers of each size that are kept for later use. */
const MAX_SPARES = 16;

/** Buffers that were exchanged for larger or smaller ones, by index in `SIZES`. */
const spares = SIZES.map((): Uint8Array<ArrayBuffer>[] => []);

/** How many of the largest buffers are in use. */
let largest = 0;

/** A buffer of a fixed size, or of one that follows the traffic. */
export class ReadBuffer implements Disposable {
  #bytes: Uint8Array<ArrayBuffer>;
  /** Its bytes. A number, because a consumer can detach `#bytes`. */
  #length: number;
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
      this.#length = SIZES[0];
      return;
    }
    if (!Number.isSafeInteger(fixedSize) || fixedSize < MIN_SIZE) {
      throw new RangeError(
        `Cannot make a buffer of ${fixedSize} bytes: ${MIN_SIZE} is the least`,
      );
    }
    this.#bytes = new Uint8Array(fixedSize);
    this.#length = fixedSize;
  }

  /** The whole buffer, until the next {@linkcode ReadBuffer.renew}. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /**
   * Prepares for the next read: exchanges the buffer if the last read, which filled
   * it or not, calls for another size, or a consumer has transferred it away.
   */
  renew(filled: boolean): void {
    this.#followTraffic(filled);
    if (isDetached(this.#bytes)) this.#bytes = new Uint8Array(this.#length);
  }

  /** Says that it is no longer used. May be called twice. */
  [Symbol.dispose](): void {
    if (this.#size === LARGEST) largest--;
    this.#size = undefined;
  }

  #followTraffic(filled: boolean): void {
    const size = this.#size;
    if (size === undefined) return;
    const most = size === LARGEST || largest < MAX_LARGEST
      ? LARGEST
      : LARGEST - 1;
    const next = filled ? Math.min(size + 1, most) : Math.max(size - 1, 0);
    if (next === size) return;
    if (next === LARGEST) largest++;
    if (size === LARGEST) largest--;
    if (spares[size]!.length < MAX_SPARES && !isDetached(this.#bytes)) {
      spares[size]!.push(this.#bytes);
    }
    this.#bytes = take(next);
    this.#length = SIZES[next]!;
    this.#size = next;
  }
}

/** Copies less than a frame, for which this is faster than `set()`. */
export function move(
  from: Uint8Array,
  start: number,
  to: Uint8Array,
  length: number,
): void {
  for (let at = 0; at < length; at++) to[at] = from[start + at]!;
}

/** Whether a consumer has transferred the buffer away. */
function isDetached(bytes: Uint8Array): boolean {
  return bytes.length === 0;
}

function take(size: number): Uint8Array<ArrayBuffer> {
  return spares[size]!.pop() ?? new Uint8Array(SIZES[size]!);
}
