/**
 * The message ring: the newest messages, as bytes. A page that is flooded overwrites
 * the oldest, so it needs the same memory however fast messages come.
 *
 * @module
 */
import { MAX_BODY } from "../../wire/frame.ts";

/** How many entries are kept. */
export const KEPT = 5000;

const KINDS = ["message", "own", "notice"] as const;

/** What an entry is: a message, a message of this page's own, what the page itself says. */
export type Kind = typeof KINDS[number];

/** The newest entries, numbered from 0 as they come. */
export class MessageRing {
  readonly #bytes = new Uint8Array(KEPT * MAX_BODY);
  readonly #lengths = new Uint8Array(KEPT);
  /** Indexes of `KINDS`. */
  readonly #kinds = new Uint8Array(KEPT);
  readonly #times = new Float64Array(KEPT);
  /** 1 where the entry has been shown. */
  readonly #shown = new Uint8Array(KEPT);
  #start = 0;
  #end = 0;
  #received = 0;
  #shownCount = 0;

  /** The number of the oldest entry that is kept. */
  get start(): number {
    return this.#start;
  }

  /** The number of the next entry. */
  get end(): number {
    return this.#end;
  }

  /** Messages that came, notices not among them. */
  get received(): number {
    return this.#received;
  }

  /** Messages that were shown, at least once. */
  get shown(): number {
    return this.#shownCount;
  }

  /** Adds an entry; of more than 255 bytes the first are kept. */
  add(kind: Kind, body: Uint8Array, time: number): void {
    const slot = this.#end++ % KEPT;
    const bytes = body.subarray(0, MAX_BODY);
    this.#bytes.set(bytes, slot * MAX_BODY);
    this.#lengths[slot] = bytes.length;
    this.#kinds[slot] = KINDS.indexOf(kind);
    this.#times[slot] = time;
    this.#shown[slot] = 0;
    this.#start = Math.max(this.#start, this.#end - KEPT);
    if (kind !== "notice") this.#received++;
  }

  /** Counts messages that are not kept, and forgets all before them. */
  skip(count: number): void {
    this.#received += count;
    this.#end += count;
    this.#start = this.#end;
  }

  kind(number: number): Kind {
    return KINDS[this.#kinds[number % KEPT]!]!;
  }

  /** When it came, in milliseconds since 1970. */
  time(number: number): number {
    return this.#times[number % KEPT]!;
  }

  /** Its bytes, which change when the entry is overwritten. */
  body(number: number): Uint8Array<ArrayBuffer> {
    const slot = number % KEPT;
    const from = slot * MAX_BODY;
    return this.#bytes.subarray(from, from + this.#lengths[slot]!);
  }

  /** Says that an entry is shown. */
  markShown(number: number): void {
    const slot = number % KEPT;
    if (this.#shown[slot] || this.kind(number) === "notice") return;
    this.#shown[slot] = 1;
    this.#shownCount++;
  }
}
