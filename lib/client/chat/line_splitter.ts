/**
 * The line splitter: cuts piped input at each `\n` into the bodies of messages.
 * `pipe()` reads its input through it. It keeps at most the bytes of one message,
 * however long a line is.
 *
 * Only `\n` ends a line and only it is left out: the `\r` of a `\r\n` is a byte of
 * the message like any other, and lines need not be text. An empty line is an
 * empty message. Input that ends without `\n` ends its last line.
 *
 * @module
 */
import { MAX_BODY } from "../../wire/frame.ts";

const NEWLINE = 0x0a;

/** A line that is too long for a message, without its bytes. */
export interface Overlong {
  /** How many bytes it had. */
  readonly overlong: number;
}

/** Cuts a stream into lines, wherever its chunks are cut. */
export class LineSplitter {
  /** The most bytes of a line. */
  readonly #most: number;
  /** The start of a line that began in earlier chunks. */
  readonly #kept: Uint8Array<ArrayBuffer>;
  /** How many bytes that line has so far; only those that fit are kept. */
  #length = 0;

  /** @param most The most bytes of a line. */
  constructor(most: number = MAX_BODY) {
    this.#most = most;
    this.#kept = new Uint8Array(most);
  }

  /**
   * The lines that end within `chunk`, in order. A body is valid until the
   * next is asked for.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array | Overlong, void> {
    for (let start = 0;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) {
        this.#keep(chunk.subarray(start));
        return;
      }
      const rest = chunk.subarray(start, end);
      if (this.#length === 0) {
        yield rest.length > this.#most ? { overlong: rest.length } : rest;
      } else {
        this.#keep(rest);
        yield this.#take();
      }
      start = end + 1;
    }
  }

  /** The last line, if the input ended without `\n`. */
  *end(): Generator<Uint8Array | Overlong, void> {
    if (this.#length > 0) yield this.#take();
  }

  #keep(bytes: Uint8Array): void {
    const room = Math.max(this.#most - this.#length, 0);
    this.#kept.set(bytes.subarray(0, room), this.#most - room);
    this.#length += bytes.length;
  }

  #take(): Uint8Array | Overlong {
    const length = this.#length;
    this.#length = 0;
    return length > this.#most
      ? { overlong: length }
      : this.#kept.subarray(0, length);
  }
}
