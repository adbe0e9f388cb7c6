/**
 * The audience: clients that receive and are checked like all, but are not timed.
 * The receivers have one when there are many, for reading from thousands the
 * moment something arrives is work that those who are timed would wait for. Its
 * one rule: each is read from in its turn, and soon enough that its socket never
 * fills.
 *
 * @module
 */
import type { ByteSource } from "@zillions/server/framer";

/** The longest time between two reads of a client, in milliseconds. */
const LONGEST = 200;

/** Where it had to be shorter than this, turns would gain nothing. */
const SHORTEST = 5;

/** Bytes that wait for a client at most: fewer than any socket holds. */
const WAITING = 32 * 1024;

/** How many are read from before those who are timed come to their own. */
const AT_A_TIME = 16;

/** A client that waits for its turn. */
interface Reader {
  readonly client: number;
  readonly read: () => void;
}

/** What an audience needs to know of a load. */
export interface AudienceOptions {
  /** How many clients it has. */
  size: number;
  /** Bytes a second that each is sent. */
  bytesPerSecond: number;
  /** Whether there may be something to read for a client. */
  ready: (client: number) => boolean;
}

/** Clients that are read from in turns. */
export class Audience {
  readonly #options: AudienceOptions;
  /** Milliseconds between two reads of a client. */
  readonly #period: number;
  /** First in, first out: who was read from longest ago is at the head. */
  readonly #waiting: Reader[] = [];
  #seated = false;

  constructor(options: AudienceOptions) {
    this.#options = options;
    this.#period = Math.min(LONGEST, WAITING / options.bytesPerSecond * 1000);
  }

  /** What `client` reads from. */
  source(socket: ByteSource, client: number): ByteSource {
    return {
      read: async (buffer) => {
        if (this.#seated) {
          await new Promise<void>((read) =>
            this.#waiting.push({ client, read })
          );
        }
        return await socket.read(buffer);
      },
    };
  }

  /** Has each read in its turn until `over`, and then all at once. */
  async seat(over: AbortSignal): Promise<void> {
    const { size } = this.#options;
    if (size === 0 || this.#period < SHORTEST) return;
    this.#seated = true;
    const each = this.#period / size;
    let next = performance.now();
    while (!over.aborted) {
      const now = performance.now();
      const due = Math.min(AT_A_TIME, Math.floor((now - next) / each));
      const served = this.#serve(due);
      // Turns that nobody took are not made up for.
      next = served < due ? now : next + served * each;
      await (served === AT_A_TIME ? turn() : pause());
    }
    this.#seated = false;
    for (const { read } of this.#waiting.splice(0)) read();
  }

  #serve(most: number): number {
    let served = 0;
    for (; served < most; served++) {
      const reader = this.#waiting[served];
      if (!reader || !this.#options.ready(reader.client)) break;
      reader.read();
    }
    this.#waiting.splice(0, served);
    return served;
  }
}

/** One turn of the event loop. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The shortest that a timer can make. */
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1));
