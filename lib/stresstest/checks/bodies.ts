/**
 * The bodies of the load: each says which message it is, and every byte of it
 * follows from that, its length too. Senders write them, the checker compares.
 *
 * ```text
 * number, 4 bytes, little-endian │ words of 4 bytes that follow from the number
 * ```
 *
 * The number is the message's place in the order of intended sends, so sender,
 * sequence and intended time follow from it as well. Its one rule: a byte that
 * is nowhere else to be found out is checked by comparing it.
 *
 * @module
 */

/** The least body, in bytes: the number. From 8 on, a wrong number shows as well. */
export const MIN_BODY = 4;

/** How long bodies are, in bytes. */
export interface Sizes {
  min: number;
  max: number;
}

/** Bodies of one run; a message of another run does not pass for one of this. */
export class Bodies {
  readonly #run: number;
  readonly #min: number;
  readonly #span: number;

  constructor(run: number, sizes: Sizes) {
    this.#run = Math.imul(run, 0x9e3779b1);
    this.#min = sizes.min;
    this.#span = sizes.max - sizes.min + 1;
  }

  /** The length of the body of `message`. */
  size(message: number): number {
    if (this.#span === 1) return this.#min;
    return this.#min + (scatter(message ^ this.#run) >>> 8) % this.#span;
  }

  /** Writes the body of `message` at `at`. There must be room. */
  write(view: DataView, at: number, message: number): void {
    view.setUint32(at, message, true);
    fill(view, at + MIN_BODY, at + this.size(message), message ^ this.#run);
  }

  /** Whether the `length` bytes at `at`, which say they are `message`, are its body. */
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

/** Writes the bytes that follow from `key`. */
export function fill(
  view: DataView,
  from: number,
  to: number,
  key: number,
): void {
  let word = scatter(key);
  for (let at = from; at < to; at += 4) {
    word = after(word);
    if (at + 4 <= to) view.setInt32(at, word, true);
    else {for (let k = 0; at + k < to; k++) {
        view.setUint8(at + k, word >>> 8 * k);
      }}
  }
}

/** Whether the bytes are those that {@linkcode fill} writes. */
export function isFill(
  view: DataView,
  from: number,
  to: number,
  key: number,
): boolean {
  let word = scatter(key);
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

/** Neighbouring keys, far apart. */
export function scatter(key: number): number {
  const mixed = Math.imul(key ^ key >>> 16, 0x85ebca6b);
  return Math.imul(mixed ^ mixed >>> 13, 0xc2b2ae35);
}

/** The next word: a linear congruential generator, one multiplication a word. */
function after(word: number): number {
  return Math.imul(word, 0x915f77f5) + 0x6ef9a7b5 | 0;
}
