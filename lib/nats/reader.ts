/**
 * The reader: takes what a pull consumer of NATS JetStream sends, hands out entries
 * one after another, and asks for more. It knows no connection.
 *
 * @module
 */
import { Queue } from "../hub/queue.ts";
import type { Entry } from "./engine.ts";
import type { NatsCoreMessage } from "./packages.ts";

/** How many entries are on their way to this node at most: with 64 KiB each, 4 MiB. */
const CREDIT = 64;

/** Reading ends after so many pauses without a sign of life. */
const MAX_SILENT = 3;

/** The codes of what the engine says instead of an entry. */
const CODE = { heartbeat: 100, expired: 408 } as const;

/** What an entry's reply subject begins with. Words with its numbers follow. */
const DELIVERY = "$JS.ACK.";

/** How many words there are where the domain and the account are left out. */
const SHORT_DELIVERY = 9;

/** How many entries an expired request asked for in vain. */
const UNUSED = "Nats-Pending-Messages";

const NANOSECONDS = 1e6;

/** Takes what the engine sends, and hands out entries one after another. */
export class Reader {
  readonly #onEntry: (entry: Entry) => void | Promise<void>;
  readonly #request: (count: number) => void;
  readonly #finished = Promise.withResolvers<void>();
  /** Entries that came while the one before them was worked on. */
  readonly #waiting = new Queue<Entry>();
  /** Entries that were asked for and are not done with. */
  #credit = 0;
  #delivered = 0;
  /** Pauses since the last sign of life. */
  #silent = 0;
  #isBusy = false;
  #isOver = false;

  constructor(
    onEntry: (entry: Entry) => void | Promise<void>,
    request: (count: number) => void,
  ) {
    this.#onEntry = onEntry;
    this.#request = request;
  }

  /** Settles when entries have stopped and the last is done with. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  start(): void {
    this.#ask();
  }

  end(): void {
    this.#isOver = true;
    if (!this.#isBusy) this.#finished.resolve();
  }

  checkSilence(): void {
    if (++this.#silent > MAX_SILENT) this.end();
  }

  /** Takes an entry, or what the engine says instead. The packages would print what it throws. */
  take(error: Error | null, message: NatsCoreMessage): void {
    if (this.#isOver) return;
    this.#silent = 0;
    if (error) return this.end();
    const { reply = "", data } = message;
    if (!reply.startsWith(DELIVERY)) return this.#listen(message);
    const words = reply.split(".");
    const at = words.length === SHORT_DELIVERY ? 4 : 6;
    // One that was lost on its way: the stream has it, so it can be read again.
    if (Number(words[at + 2]) !== ++this.#delivered) return this.end();
    this.#waiting.push({
      seq: Number(words[at + 1]),
      data: data as Uint8Array<ArrayBuffer>,
      pending: Number(words[at + 4]),
      storedAt: Number(words[at + 3]) / NANOSECONDS,
    });
    this.#work();
  }

  #listen({ headers }: NatsCoreMessage): void {
    if (headers?.code === CODE.heartbeat) return;
    if (headers?.code !== CODE.expired) return this.end();
    this.#credit -= Number(headers.get(UNUSED));
    this.#ask();
  }

  /** Hands out what waits, until an entry takes time. */
  #work(): void {
    try {
      while (!this.#isBusy && !this.#isOver) {
        const entry = this.#waiting.shift();
        if (!entry) return;
        const working = this.#onEntry(entry);
        if (working) this.#wait(working);
        else this.#done();
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  async #wait(working: Promise<void>): Promise<void> {
    this.#isBusy = true;
    try {
      await working;
    } catch (error) {
      this.#fail(error);
    }
    this.#isBusy = false;
    if (this.#isOver) return this.#finished.resolve();
    this.#done();
    this.#work();
  }

  #fail(error: unknown): void {
    this.#isOver = true;
    this.#finished.reject(error);
  }

  #done(): void {
    this.#credit--;
    if (this.#credit <= CREDIT / 2) this.#ask();
  }

  #ask(): void {
    this.#request(CREDIT - this.#credit);
    this.#credit = CREDIT;
  }
}
