/**
 * The history: what was sent from this terminal, to be sent again or changed. The
 * chat keeps one. The draft, which is what was being typed before the user looked
 * back, is kept at the end of it.
 *
 * @module
 */

/** The most entries, which bounds the memory; the oldest are forgotten. */
const CAPACITY = 1000;

/** Entries, and a position among them. */
export class History {
  readonly #entries: string[] = [];
  /** The entry that is shown; the draft comes after the last one. */
  #at = 0;
  #draft = "";

  /** Adds what was sent, unless it is the same as before, and goes to the end. */
  add(text: string): void {
    if (text !== "" && text !== this.#entries.at(-1)) this.#entries.push(text);
    if (this.#entries.length > CAPACITY) this.#entries.shift();
    this.#at = this.#entries.length;
    this.#draft = "";
  }

  /** The entry before the one that is shown; `undefined` if there is none. */
  older(typed: string): string | undefined {
    if (this.#at === 0) return undefined;
    if (this.#at === this.#entries.length) this.#draft = typed;
    return this.#entries[--this.#at];
  }

  /** The entry after the one that is shown, or the draft; `undefined` if there is none. */
  newer(): string | undefined {
    if (this.#at === this.#entries.length) return undefined;
    return this.#entries[++this.#at] ?? this.#draft;
  }
}
