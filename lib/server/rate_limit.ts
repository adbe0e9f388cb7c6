/**
 * The rate limit: how many messages of each client are published in a second. What a
 * client has sent beyond waits where it is, and its socket is not read meanwhile; so
 * nothing is lost, and the client slows down.
 *
 * @module
 */
import { HEADER } from "../wire/frame.ts";
import type { Run } from "../wire/run.ts";

/** Counts the messages of all clients of a server. It has no clock: its owner begins the seconds. */
export class RateLimit {
  #messages: number;
  #waits = 0;
  /** Resolved when the second ends. */
  #second = Promise.withResolvers<void>();

  /** @param messages The most messages of a client in a second, from 1. */
  constructor(messages: number) {
    this.#messages = messages;
  }

  /** Times that a client had to wait for the next second. */
  get waits(): number {
    return this.#waits;
  }

  /** Begins the next second. */
  nextSecond(): void {
    const { resolve } = this.#second;
    this.#second = Promise.withResolvers();
    resolve();
  }

  /** Ends all limits: the server reads nothing more. */
  end(): void {
    this.#messages = Infinity;
    this.nextSecond();
  }

  /** The runs of one client, in parts where they are too many messages at once. */
  async *apply(runs: AsyncIterable<Run>): AsyncGenerator<Run, void, void> {
    let second = this.#second;
    let left = this.#messages;
    for await (let { bytes, count } of runs) {
      while (count > 0) {
        if (left === 0 && second === this.#second) {
          this.#waits++;
          await second.promise;
        }
        if (second !== this.#second) {
          second = this.#second;
          left = this.#messages;
        }
        const part = first(bytes, Math.min(count, left));
        yield part;
        left -= part.count;
        count -= part.count;
        bytes = bytes.subarray(part.bytes.length);
      }
    }
  }
}

/** The first `count` messages of a run. */
function first(bytes: Uint8Array<ArrayBuffer>, count: number): Run {
  let end = 0;
  for (let n = 0; n < count; n++) end += HEADER + bytes[end]!;
  return { bytes: bytes.subarray(0, end), count };
}
