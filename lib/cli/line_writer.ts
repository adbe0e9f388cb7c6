/**
 * The line writer: lines on their way to a stream that may be slow, stuck or
 * closed. The server prints its ready line and its log through it, and drops
 * lines when the stream is full, so that no client waits for a log. The client
 * prints messages through it, and waits when the stream is full.
 *
 * One write is under way at a time, and the lines that come meanwhile go out
 * together in the next.
 *
 * @module
 */
import type { ByteSink } from "../wire/write_all.ts";

/**
 * How many bytes may wait for a write, line ends included: as much as a pipe
 * holds. A write of that size also costs little more than one of a line.
 */
export const LINE_WRITER_CAPACITY = 64 * 1024;

const NEWLINE = 0x0a;

const utf8 = new TextEncoder();

/** Writes lines to a stream. */
export class LineWriter {
  /** Resolves with the first error of the stream. Later lines are tried all the same. */
  readonly failed: Promise<unknown>;
  readonly #fail: (error: unknown) => void;
  readonly #sink: ByteSink;
  #waiting = new Uint8Array(LINE_WRITER_CAPACITY);
  #length = 0;
  /** Takes the place of `#waiting` while that is written. */
  #spare = new Uint8Array(LINE_WRITER_CAPACITY);
  #flushing: Promise<void> | undefined;
  #lost = 0;
  #fails = false;
  /** Whether the stream ends within a line. */
  #unfinished = false;

  constructor(sink: ByteSink) {
    this.#sink = sink;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.failed = promise;
    this.#fail = resolve;
  }

  /** Lines for which there was room, but which the stream did not take whole. */
  get lost(): number {
    return this.#lost;
  }

  /** Whether the last write failed. */
  get fails(): boolean {
    return this.#fails;
  }

  /**
   * Writes a line and a line end, unless there is no room for it.
   *
   * @param line Text, or bytes, which are copied.
   * @returns Whether there was room.
   */
  tryWrite(line: string | Uint8Array): boolean {
    const bytes = typeof line === "string" ? utf8.encode(line) : line;
    if (this.#length + bytes.length >= LINE_WRITER_CAPACITY) return false;
    this.#waiting.set(bytes, this.#length);
    this.#length += bytes.length;
    this.#waiting[this.#length++] = NEWLINE;
    this.#flushing ??= this.#flush();
    return true;
  }

  /**
   * Writes a line and a line end, and waits for room first if there is none.
   *
   * @throws {RangeError} If the line is not shorter than the capacity.
   */
  async write(line: string | Uint8Array): Promise<void> {
    while (!this.tryWrite(line)) {
      if (!this.#flushing) {
        throw new RangeError(
          `Cannot write a line of ${line.length}: it must be shorter than ${LINE_WRITER_CAPACITY} bytes`,
        );
      }
      await this.#flushing;
    }
  }

  /** Resolves when nothing waits. */
  async flushed(): Promise<void> {
    await this.#flushing;
  }

  async #flush(): Promise<void> {
    while (this.#length > 0) {
      const bytes = this.#waiting.subarray(0, this.#length);
      [this.#waiting, this.#spare] = [this.#spare, this.#waiting];
      this.#length = 0;
      await this.#write(bytes);
    }
    this.#flushing = undefined;
  }

  /** Writes whole lines. What the stream does not take is lost, and counted. */
  async #write(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    try {
      // The next line must not go on where an unfinished one ended.
      if (this.#unfinished) await this.#sink.write(Uint8Array.of(NEWLINE));
      this.#unfinished = false;
      while (rest.length > 0) {
        rest = rest.subarray(await this.#sink.write(rest));
      }
      this.#fails = false;
    } catch (error) {
      this.#unfinished ||= rest.length < bytes.length &&
        bytes[bytes.length - rest.length - 1] !== NEWLINE;
      this.#fails = true;
      this.#lost += rest.reduce(
        (sum, byte) => sum + Number(byte === NEWLINE),
        0,
      );
      this.#fail(error);
    }
  }
}
