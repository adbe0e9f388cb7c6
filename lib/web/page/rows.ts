/**
 * The rows: elements for some consecutive entries of the ring, with padding above and
 * below that stands for the entries that have none. The message list moves them.
 *
 * @module
 */
import { KEPT, type MessageRing } from "./message_ring.ts";
import { Row } from "./row.ts";

/** The height of a row of one line, in pixels; `chat.css` says so, too. */
export const ROW_HEIGHT = 26;

/** Some forty rows, which are used again. */
export class Rows {
  readonly element: HTMLElement = document.createElement("div");
  readonly #ring: MessageRing;
  /** Those of the entries from `#first` on, in their order. */
  readonly #rows: Row[] = [];
  readonly #spare: Row[] = [];
  #first = 0;
  #above = 0;

  constructor(ring: MessageRing) {
    this.#ring = ring;
  }

  /** The first entry that has a row. */
  get first(): number {
    return this.#first;
  }

  /** The entry after the last that has one. */
  get last(): number {
    return this.#first + this.#rows.length;
  }

  /** The padding above, in pixels. */
  get above(): number {
    return this.#above;
  }

  /** Pads above with so many pixels, and below for the entries that follow. */
  pad(above: number): void {
    const below = Math.min(this.#ring.end - this.last, KEPT) * ROW_HEIGHT;
    this.#above = above;
    this.element.style.paddingTop = `${above}px`;
    this.element.style.paddingBottom = `${below}px`;
  }

  /** Gives rows to these entries; an entry that has one keeps it. */
  set(first: number, end: number): void {
    if (first >= this.last || end <= this.#first) {
      this.#release(this.#rows.splice(0));
      this.#first = first;
    }
    this.#release(this.#rows.splice(0, Math.max(first - this.#first, 0)));
    this.#first = Math.max(this.#first, first);
    this.#release(this.#rows.splice(Math.max(end - this.#first, 0)));
    while (this.#first > first) {
      const row = this.#rowOf(this.#first - 1);
      this.element.prepend(row.element);
      this.#rows.unshift(row);
      this.#first--;
    }
    while (this.last < end) {
      const row = this.#rowOf(this.last);
      this.element.append(row.element);
      this.#rows.push(row);
    }
  }

  /** Where an entry's row begins, or the rows end. */
  edge(number: number): number {
    const element = this.#rows[number - this.#first]?.element;
    if (element) return element.offsetTop;
    const last = this.#rows.at(-1)?.element;
    return last ? last.offsetTop + last.offsetHeight : this.#above;
  }

  /** The first entry of which something is between two edges, if there is one. */
  firstBetween(top: number, bottom: number): number | undefined {
    const at = this.#rows.findIndex(({ element }) =>
      element.offsetTop + element.offsetHeight > top
    );
    return at >= 0 && this.edge(this.#first + at) < bottom
      ? this.#first + at
      : undefined;
  }

  /** The first entry whose row begins at an edge or below. */
  firstFrom(top: number): number {
    const at = this.#rows.findIndex(({ element }) => element.offsetTop >= top);
    return at < 0 ? this.last : this.#first + at;
  }

  #rowOf(number: number): Row {
    const row = this.#spare.pop() ?? new Row();
    row.show(this.#ring, number);
    return row;
  }

  #release(rows: Row[]): void {
    for (const { element } of rows) element.remove();
    this.#spare.push(...rows);
  }
}
