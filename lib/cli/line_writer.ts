/**
 * The outbox: lines on their way to a stream that nobody may be reading. The
 * command prints through it. Its one rule: whoever posts never waits and never
 * fails, whatever becomes of the stream; `console` would block on a full pipe,
 * and every client with it.
 *
 * @module
 */
import { type ByteSink, writeAll } from "../wire/write_all.ts";

/** How much may wait, in characters: what a pipe holds, once more. */
const ROOM = 64 * 1024;

/** Lines that wait for a stream. */
export class LineWriter {
  readonly #sink: ByteSink;
  #waiting = "";
  #flushing: Promise<void> | undefined;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** Posts a line, unless there is no room for it: then it says `false`. */
  post(line: string): boolean {
    if (this.#waiting.length + line.length >= ROOM) return false;
    this.#waiting += `${line}\n`;
    this.#flushing ??= this.#flush();
    return true;
  }

  /** Resolves when nothing waits. */
  async flushed(): Promise<void> {
    await this.#flushing;
  }

  async #flush(): Promise<void> {
    while (this.#waiting !== "") {
      const bytes = new TextEncoder().encode(this.#waiting);
      this.#waiting = "";
      // Closed, or on a full disk: there is nobody to tell it to.
      await writeAll(this.#sink, bytes).catch(() => {});
    }
    this.#flushing = undefined;
  }
}
