/**
 * What a run finds wrong. Everything that checks writes here. Its one rule: the
 * first few of a kind are kept word for word, the rest is counted, so a server
 * that is wrong a million times costs no more than one that is wrong once.
 *
 * @module
 */
import type { Verdict, Violation } from "../load/result.ts";

/** How many of a kind are shown. */
const SHOWN = 5;

/** The violations of one run. */
export class Violations {
  readonly #found = new Map<Verdict, { texts: string[]; count: number }>();

  /** Whether every verdict held so far. */
  get none(): boolean {
    return this.#found.size === 0;
  }

  /** Notes one. `text` is asked for only if it will be shown. */
  add(verdict: Verdict, text: () => string): void {
    let found = this.#found.get(verdict);
    if (!found) this.#found.set(verdict, found = { texts: [], count: 0 });
    found.count++;
    if (found.texts.length < SHOWN) found.texts.push(text());
  }

  /** All of them; what is not shown is summed up in a line of its kind. */
  list(): Violation[] {
    return [...this.#found].flatMap(([verdict, { texts, count }]) => {
      const more = count - texts.length;
      const lines = more > 0 ? [...texts, `and ${more} more`] : texts;
      return lines.map((text) => ({ verdict, text }));
    });
  }
}
