/**
 * The violations that a run finds. All checks write here. The first few of each
 * verdict are kept word for word and the rest only counted, so a server that fails a
 * million times costs no more memory than one that fails a few times.
 *
 * @module
 */

/** What can be wrong with a server. */
export type Verdict =
  | "damaged"
  | "repeated"
  | "sender order"
  | "one order"
  | "conservation"
  | "cut"
  | "died"
  | "stalled";

/** One thing that a server did wrong. */
export interface Violation {
  verdict: Verdict;
  /** One line: which client, which message, what was expected. */
  text: string;
}

/** How many violations of each verdict are shown. */
const SHOWN = 5;

/** The violations of one run. */
export class Violations {
  readonly #found = new Map<Verdict, { texts: string[]; count: number }>();

  /** Whether nothing wrong was found so far. */
  get none(): boolean {
    return this.#found.size === 0;
  }

  /** Adds one. `text` is called only if the violation will be shown. */
  add(verdict: Verdict, text: () => string): void {
    let found = this.#found.get(verdict);
    if (!found) this.#found.set(verdict, found = { texts: [], count: 0 });
    found.count++;
    if (found.texts.length < SHOWN) found.texts.push(text());
  }

  /** All of them; those not shown are summed up in one line for each verdict. */
  list(): Violation[] {
    return [...this.#found].flatMap(([verdict, { texts, count }]) => {
      const more = count - texts.length;
      const lines = more > 0
        ? [...texts, `and ${more.toLocaleString("en")} more`]
        : texts;
      return lines.map((text) => ({ verdict, text }));
    });
  }
}
