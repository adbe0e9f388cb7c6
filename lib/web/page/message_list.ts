/**
 * The message list: shows the part of the ring that is in view, in some forty rows that
 * are used again. It follows the newest message until the user scrolls up; then what
 * they read stays, even when the ring has overwritten it.
 *
 * Rows have different heights, which are estimated where there is none. The padding above
 * them absorbs what the estimate was wrong by, so that nothing that is being read moves.
 *
 * @module
 */
import { Announcements } from "./announcements.ts";
import type { MessageRing } from "./message_ring.ts";
import { formatNumber } from "./message_text.ts";
import { ROW_HEIGHT, Rows } from "./rows.ts";

/** Rows that are kept above and below the view. */
const MARGIN = 8;

/** A ring's part in view. */
export class MessageList {
  readonly #ring: MessageRing;
  readonly #scroller: HTMLElement;
  readonly #rows: Rows;
  readonly #below: HTMLElement;
  readonly #announcements = new Announcements();
  #follows = true;
  /** The scroll position that is known, to tell the user's scrolling from our own. */
  #top = 0;
  /** The entries before this one have been in view, or passed while following. */
  #seen = 0;

  /** @param below Leads to the newest message. */
  constructor(ring: MessageRing, scroller: HTMLElement, below: HTMLElement) {
    this.#ring = ring;
    this.#scroller = scroller;
    this.#rows = new Rows(ring);
    scroller.append(this.#rows.element);
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
    this.#rows.set(first, end);
    this.#rows.pad((first - start) * ROW_HEIGHT);
    this.#scrollTo(this.#scroller.scrollHeight);
    this.#seen = end;
  }

  #drawAround(): void {
    const rows = this.#rows;
    const { start, end } = this.#ring;
    const { scrollTop } = this.#scroller;
    const near = MARGIN * ROW_HEIGHT / 2;
    if (
      rows.above > scrollTop - near && rows.first > start ||
      rows.edge(rows.last) < scrollTop + this.#height + near && rows.last < end
    ) this.#moveTo(scrollTop);
    // Nothing is kept above: there is nothing to scroll to.
    if (rows.first <= start && rows.above > 0) {
      const { above } = rows;
      rows.pad(0);
      this.#scrollTo(this.#scroller.scrollTop - above);
    } else rows.pad(rows.above);
    const bottom = this.#scroller.scrollTop + this.#height;
    this.#seen = Math.max(this.#seen, rows.firstFrom(bottom));
  }

  /** Gives rows to the entries around a scroll position. */
  #moveTo(top: number): void {
    const rows = this.#rows;
    const { start, end } = this.#ring;
    // A row in view stays where it is; if there is none, another comes to the top.
    const inView = rows.firstBetween(top, top + this.#height);
    const anchor = Math.max(start, inView ?? this.#estimate(top));
    const place = anchor === inView ? rows.edge(anchor) : top;
    const before = MARGIN + Math.ceil(Math.max(place - top, 0) / ROW_HEIGHT);
    const size = this.#inView + 2 * MARGIN;
    const first = Math.max(start, Math.min(anchor - before, end - size));
    rows.set(first, Math.min(end, first + size));
    const above = place - (rows.edge(anchor) - rows.above);
    const estimate = (first - start) * ROW_HEIGHT;
    const isPossible = first > start && above > 0;
    rows.pad(isPossible ? above : estimate);
    if (!isPossible) this.#scrollTo(top + estimate - above);
  }

  /** The entry that may be at a scroll position where there are no rows. */
  #estimate(top: number): number {
    const { start, end } = this.#ring;
    const rows = this.#rows;
    const entry = top < rows.above
      ? start + top / rows.above * (rows.first - start)
      : rows.last + (top - rows.edge(rows.last)) / ROW_HEIGHT;
    return Math.min(Math.floor(entry), end - 1);
  }

  #scrollTo(top: number): void {
    this.#scroller.scrollTop = top;
    this.#top = this.#scroller.scrollTop;
  }
}
