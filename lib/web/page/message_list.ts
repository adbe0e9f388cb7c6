/**
 * The message list: shows the part of the ring that is in view, in some forty rows that
 * are used again. It follows the newest message until the user scrolls up; then what
 * they read stays, even when the ring has overwritten it.
 *
 * Rows have different heights. Above and below the rows, padding stands for the entries
 * that have none, at an estimated height. It absorbs what the estimate was wrong by, so
 * that nothing that is being read moves.
 *
 * @module
 */
import { Announcements } from "./announcements.ts";
import { KEPT, type MessageRing } from "./message_ring.ts";
import { formatNumber } from "./message_text.ts";
import { Row } from "./row.ts";

/** The height of a row of one line, in pixels; `chat.css` says so, too. */
const ROW_HEIGHT = 26;

/** Rows that are kept above and below the view. */
const MARGIN = 8;

/** A ring's part in view. */
export class MessageList {
  readonly #ring: MessageRing;
  readonly #scroller: HTMLElement;
  /** Inside of the scroller; has the rows. */
  readonly #list: HTMLElement;
  readonly #below: HTMLElement;
  readonly #announcements = new Announcements();
  /** The rows of the entries from `#first` on, in their order. */
  readonly #rows: Row[] = [];
  readonly #spare: Row[] = [];
  #first = 0;
  #above = 0;
  #follows = true;
  /** The scroll position that is known, to tell the user's scrolling from our own. */
  #top = 0;
  /** The entries before this one have been in view, or passed while following. */
  #seen = 0;

  /** @param below Leads to the newest message. */
  constructor(ring: MessageRing, scroller: HTMLElement, below: HTMLElement) {
    this.#ring = ring;
    this.#scroller = scroller;
    this.#list = scroller.appendChild(document.createElement("div"));
    this.#below = below;
  }

  /**
   * The view has moved. If the user did it, it follows at the end only.
   *
   * @returns Whether there is something else to draw now.
   */
  scrolled(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    if (scrollTop === this.#top) return false;
    if (scrollHeight - clientHeight - scrollTop < 2) this.#follows = true;
    else if (scrollTop < this.#top) this.#follows = false;
    this.#top = scrollTop;
    return true;
  }

  /** Follows the newest message. */
  follow(): void {
    this.#follows = true;
  }

  /** Shows what there is now. */
  draw(now: number): void {
    const ring = this.#ring;
    const isCalm = this.#announcements.update(ring.received, now);
    const isLive = isCalm && this.#follows;
    this.#scroller.setAttribute("aria-live", isLive ? "polite" : "off");
    if (this.#follows) this.#drawNewest();
    else this.#drawAround();
    const unseen = ring.end - this.#seen;
    this.#below.hidden = this.#follows;
    this.#below.textContent = unseen > 0
      ? `${formatNumber(unseen)} new below`
      : "To the newest";
  }

  /** The entry after the last that has a row. */
  get #last(): number {
    return this.#first + this.#rows.length;
  }

  /** The height of the view, in pixels. */
  get #height(): number {
    return this.#scroller.clientHeight;
  }

  /** As many rows as fill the view, if each has one line. */
  get #inView(): number {
    return Math.ceil(this.#height / ROW_HEIGHT);
  }

  #drawNewest(): void {
    const { start, end } = this.#ring;
    const first = Math.max(start, end - this.#inView - MARGIN);
    this.#setRows(first, end);
    this.#pad((first - start) * ROW_HEIGHT);
    this.#scrollTo(this.#scroller.scrollHeight);
    this.#seen = end;
  }

  #drawAround(): void {
    const { start, end } = this.#ring;
    const { scrollTop } = this.#scroller;
    const near = MARGIN * ROW_HEIGHT / 2;
    if (
      this.#above > scrollTop - near && this.#first > start ||
      this.#edge(this.#last) < scrollTop + this.#height + near &&
        this.#last < end
    ) this.#moveTo(scrollTop);
    // Nothing is kept above: there is nothing to scroll to.
    if (this.#first <= start && this.#above > 0) {
      const above = this.#above;
      this.#pad(0);
      this.#scrollTo(this.#scroller.scrollTop - above);
    } else this.#pad(this.#above);
    this.#seen = Math.max(this.#seen, this.#firstBelow());
  }

  /** Gives rows to the entries around a scroll position. */
  #moveTo(top: number): void {
    const { start, end } = this.#ring;
    // A row in view stays where it is; if there is none, another comes to the top.
    const inView = this.#firstInView(top);
    const anchor = Math.max(start, inView ?? this.#estimate(top));
    const place = anchor === inView ? this.#edge(anchor) : top;
    const before = MARGIN + Math.ceil(Math.max(place - top, 0) / ROW_HEIGHT);
    const size = this.#inView + 2 * MARGIN;
    const first = Math.max(start, Math.min(anchor - before, end - size));
    this.#setRows(first, Math.min(end, first + size));
    const above = place - (this.#edge(anchor) - this.#above);
    const estimate = (first - start) * ROW_HEIGHT;
    const isPossible = first > start && above > 0;
    this.#pad(isPossible ? above : estimate);
    if (!isPossible) this.#scrollTo(top + estimate - above);
  }

  /** The first entry whose row is in view, if one is. */
  #firstInView(top: number): number | undefined {
    const at = this.#rows.findIndex(({ element }) =>
      element.offsetTop + element.offsetHeight > top
    );
    return at >= 0 && this.#edge(this.#first + at) < top + this.#height
      ? this.#first + at
      : undefined;
  }

  /** The entry that may be at a scroll position where there are no rows. */
  #estimate(top: number): number {
    const { start, end } = this.#ring;
    const edge = this.#edge(this.#last);
    const entry = top < this.#above
      ? start + top / this.#above * (this.#first - start)
      : this.#last + (top - edge) / ROW_HEIGHT;
    return Math.min(Math.floor(entry), end - 1);
  }

  /** The first entry whose row is wholly below the view. */
  #firstBelow(): number {
    const bottom = this.#scroller.scrollTop + this.#height;
    const at = this.#rows.findIndex(({ element }) =>
      element.offsetTop >= bottom
    );
    return at < 0 ? this.#last : this.#first + at;
  }

  /** Where an entry's row begins, or the rows end. */
  #edge(number: number): number {
    const element = this.#rows[number - this.#first]?.element;
    if (element) return element.offsetTop;
    const last = this.#rows.at(-1)?.element;
    return last ? last.offsetTop + last.offsetHeight : this.#above;
  }

  /** Gives rows to these entries; an entry that has one keeps it. */
  #setRows(first: number, end: number): void {
    if (first >= this.#last || end <= this.#first) {
      this.#release(this.#rows.splice(0));
      this.#first = first;
    }
    this.#release(this.#rows.splice(0, Math.max(first - this.#first, 0)));
    this.#first = Math.max(this.#first, first);
    this.#release(this.#rows.splice(Math.max(end - this.#first, 0)));
    while (this.#first > first) {
      const row = this.#rowOf(this.#first - 1);
      this.#list.prepend(row.element);
      this.#rows.unshift(row);
      this.#first--;
    }
    while (this.#last < end) {
      const row = this.#rowOf(this.#last);
      this.#list.append(row.element);
      this.#rows.push(row);
    }
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

  #pad(above: number): void {
    const below = Math.min(this.#ring.end - this.#last, KEPT) * ROW_HEIGHT;
    this.#above = above;
    this.#list.style.paddingTop = `${above}px`;
    this.#list.style.paddingBottom = `${below}px`;
  }

  #scrollTo(top: number): void {
    this.#scroller.scrollTop = top;
    this.#top = this.#scroller.scrollTop;
  }
}
