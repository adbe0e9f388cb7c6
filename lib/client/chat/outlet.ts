/**
 * The outlet: standard output, taken in lines and written in large pieces. The
 * piped client prints through it. Its one rule: one write at a time, and what is
 * printed meanwhile goes out together in the next.
 *
 * @module
 */
import { type ByteSink, writeAll } from "../../wire/write_all.ts";

/**
 * How much may wait for a write, in bytes: enough that a system call's cost
 * vanishes in it.
 */
const SIZE = 64 * 1024;

const NEWLINE = 0x0a;

/** Writes lines to a sink. */
export class Outlet {
  /**
   * Resolves when nobody reads the sink any more; rejects when it cannot be
   * written for another reason. Nothing is written after that.
   */
  readonly closed: Promise<void>;
  readonly #sink: ByteSink;
  readonly #close = Promise.withResolvers<void>();
  #waiting = new Uint8Array(SIZE);
  #length = 0;
  /** Takes the place of `#waiting` while that is written. */
  #spare = new Uint8Array(SIZE);
  #flushing: Promise<void> | undefined;

  constructor(sink: ByteSink) {
    this.#sink = sink;
    this.closed = this.#close.promise;
  }

  /** Prints `line`, which is copied, and a line end; resolves when there is room for it. */
  async print(line: Uint8Array): Promise<void> {
    const length = line.length + 1;
    while (this.#length + length > SIZE) await this.#flushing;
    this.#waiting.set(line, this.#length);
    this.#length += length;
    this.#waiting[this.#length - 1] = NEWLINE;
    this.#flushing ??= this.#flush();
  }

  /** Resolves when all that was printed is written. */
  async flushed(): Promise<void> {
    await this.#flushing;
  }

  async #flush(): Promise<void> {
    try {
      while (this.#length > 0) {
        const bytes = this.#waiting.subarray(0, this.#length);
        [this.#waiting, this.#spare] = [this.#spare, this.#waiting];
        this.#length = 0;
        await writeAll(this.#sink, bytes);
      }
      this.#flushing = undefined;
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) this.#close.resolve();
      else this.#close.reject(error);
      // What is printed now waits for ever: whoever prints watches `closed`.
      await new Promise(() => {});
    }
  }
}
