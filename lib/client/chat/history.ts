/**
 * The history: what was sent from this terminal, to be sent again or changed. The
 * chat keeps one. Its one rule: what was being typed before looking back is still
 * there at the end of it.
 *
 * @module
 */

/** The most entries; the oldest are forgotten. */
const CAPACITY = 1000;

/** Entries, and a place among them. */
export class History {
  readonly #entries: string[] = [];
  /** The entry that is looked at; behind the last one, the draft is. */
  #at = 0;
  #draft = "";

  /** Adds what was sent, unless it is the same again, and goes to the end. */
  add(text: string): void {
    if (text !== "" && text !== this.#entries.at(-1)) this.#entries.push(text);
    if (this.#entries.length > CAPACITY) this.#entries.shift();
    this.#at = this.#entries.length;
    this.#draft = "";
  }

  /** The entry before the one that is looked at; `undefined` if there is none. */
  older(typed: string): string | undefined {
    if (this.#at === 0) return undefined;
    if (this.#at === this.#entries.length) this.#draft = typed;
    return this.#entries[--this.#at];
  }

  /** The entry after the one that is looked at, or the draft; `undefined` if there is none. */
  newer(): string | undefined {
    if (this.#at === this.#entries.length) return undefined;
    return this.#entries[++this.#at] ?? this.#draft;
  }
}
