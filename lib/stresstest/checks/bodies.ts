/**
 * The bodies of a load: each carries the number of its message, and all its other
 * bytes and its length follow from that number. Senders write them, and the checker
 * compares every byte that arrives.
 *
 * ```text
 * number, 4 bytes, little-endian │ words of 4 bytes, computed from the number
 * ```
 *
 * Messages are numbered in the order of their intended sends, so the sender, its
 * sequence number and the intended time follow from the number as well.
 *
 * @module
 */

/** The shortest body, in bytes: the number. From 8 bytes on a changed number is noticed too. */
export const MIN_BODY = 4;

/** 2 to the power of 32, divided by the golden ratio: multiples of it are far apart. */
export const GOLDEN = 0x9e3779b1;

/** How long bodies are, in bytes. */
export interface BodySizes {
  min: number;
  max: number;
}

/** The bodies of one run. A body of another run does not match. */
export class Bodies {
  readonly #run: number;
  readonly #min: number;
  readonly #span: number;

  constructor(run: number, sizes: BodySizes) {
    this.#run = Math.imul(run, GOLDEN);
    this.#min = sizes.min;
    this.#span = sizes.max - sizes.min + 1;
  }

  /** The length of the body of `message`. */
  size(message: number): number {
    if (this.#span === 1) return this.#min;
    return this.#min + (hash(message ^ this.#run) >>> 8) % this.#span;
  }

  /** Writes the body of `message` at `at`, where there must be room. */
  write(view: DataView, at: number, message: number): void {
    view.setUint32(at, message, true);
    fill(view, at + MIN_BODY, at + this.size(message), message ^ this.#run);
  }

  /** Whether the `length` bytes at `at` are the body of `message`. */
  matches(
    view: DataView,
    at: number,
    length: number,
    message: number,
  ): boolean {
    return length === this.size(message) &&
      isFill(view, at + MIN_BODY, at + length, message ^ this.#run);
  }
}

/** Fills a range with bytes computed from `key`. */
export function fill(
  view: DataView,
  from: number,
  to: number,
  key: number,
): void {
  let word = hash(key);
  for (let at = from; at < to; at += 4) {
    word = after(word);
    if (at + 4 <= to) view.setInt32(at, word, true);
    else {
      for (let k = 0; at + k < to; k++) view.setUint8(at + k, word >>> 8 * k);
    }
  }
}

/** Whether a range holds the bytes that {@linkcode fill} writes. */
export function isFill(
  view: DataView,
  from: number,
  to: number,
  key: number,
): boolean {
  let word = hash(key);
  let at = from;
  for (const whole = to - 3; at < whole; at += 4) {
    word = after(word);
    if (view.getInt32(at, true) !== word) return false;
  }
  for (word = after(word); at < to; at++, word >>>= 8) {
    if (view.getUint8(at) !== (word & 0xff)) return false;
  }
  return true;
}

/** A hash of `key`: neighbouring keys give very different words (the mixer of MurmurHash3). */
export function hash(key: number): number {
  const mixed = Math.imul(key ^ key >>> 16, 0x85ebca6b);
  return Math.imul(mixed ^ mixed >>> 13, 0xc2b2ae35);
}

/** The next word of a linear congruential generator: one multiplication a word. */
function after(word: number): number {
  return Math.imul(word, 0x915f77f5) + 0x6ef9a7b5 | 0;
}
