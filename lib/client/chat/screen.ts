/**
 * The screen: lines that stay, above a footer that is drawn anew below them. The
 * chat prints and draws through it. Each update erases the footer, prints the new
 * lines, and draws the footer again, in one write. So a line never lands in the
 * footer, and the terminal scrolls, wraps and keeps the lines like any output.
 *
 * @module
 */
import { type ByteSink, writeAll } from "../../wire/write_all.ts";
import type { Footer, Size } from "./footer.ts";

/** How much may wait to be printed, in UTF-16 units, before there is no room. */
const ROOM = 64 * 1024;

/** The start of every command to the terminal. */
const CSI = "\x1b[";
/**
 * Erases the line and all below it, but not from the first column: at the top of
 * the window, tmux and others would take that for clearing, and keep the rows.
 */
const ERASE_BELOW = `\r${CSI}K${CSI}C${CSI}J\r`;
const CLEAR = `${CSI}H${CSI}2J`;
/** Shows an update at once, where the terminal can; the cursor is hidden meanwhile. */
const UPDATE_START = `${CSI}?2026h${CSI}?25l`;
const UPDATE_END = `${CSI}?25h${CSI}?2026l`;
/** Rows of the footer must not wrap, even if the terminal shows a character wider. */
const WRAP_OFF = `${CSI}?7l`;
const WRAP_ON = `${CSI}?7h`;
const PASTES_ON = `${CSI}?2004h`;
const PASTES_OFF = `${CSI}?2004l`;

/** What a screen needs. */
export interface ScreenOptions {
  readonly sink: ByteSink;
  /** The size of the window at this moment. */
  readonly size: () => Size;
  /** Lays out the footer at this moment. */
  readonly footer: (size: Size) => Footer;
  /** Runs a task soon: all changes until then are drawn together. */
  readonly soon: (task: () => void) => void;
}

/** Prints and draws on a terminal. */
export class Screen {
  /** Rejects when the terminal cannot be written. Never resolves. */
  readonly failed: Promise<never>;
  readonly #fail: (error: unknown) => void;
  readonly #options: ScreenOptions;
  readonly #utf8 = new TextEncoder();
  /** The footer that is drawn now, with the cursor in it. */
  #drawn: Pick<Footer, "above" | "cursorColumn"> | undefined;
  #lines = "";
  #clearing = false;
  #scheduled = false;
  /** The writes of updates, one after another; it never rejects. */
  #updates: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: ScreenOptions) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    this.#fail = reject;
    this.#options = options;
  }

  /** Prints a line above the footer. It has to be escaped. */
  print(line: string): void {
    this.#lines += `${line}\r\n`;
    this.change();
  }

  /** Resolves when there is room for more lines. */
  async room(): Promise<void> {
    if (this.#lines.length < ROOM) return;
    this.#draw();
    await this.#updates;
  }

  /** Draws the footer anew, soon. */
  change(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    this.#options.soon(() => {
      this.#updates.then(() => {
        this.#scheduled = false;
        this.#draw();
      }).catch(this.#fail);
    });
  }

  /** Clears the window, soon, and draws anew. */
  clear(): void {
    this.#clearing = true;
    this.change();
  }

  /** Prints the lines that wait, and restores the terminal. May be called twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#updates;
    const { columns } = this.#options.size();
    this.#write(this.#erase(columns) + this.#lines + PASTES_OFF);
    this.#lines = "";
    this.#drawn = undefined;
    await this.#updates;
  }

  /** Draws again, below what the terminal shows. */
  open(): void {
    this.#closed = false;
    this.change();
  }

  #draw(): void {
    if (this.#closed) return;
    const size = this.#options.size();
    const { rows, above, before, cursorColumn } = this.#options.footer(size);
    const below = rows.length - 1 - above.length;
    const update = UPDATE_START +
      (this.#drawn ? "" : PASTES_ON) +
      this.#erase(size.columns) +
      (this.#clearing ? CLEAR : "") +
      this.#lines +
      WRAP_OFF + rows.join("\r\n") +
      (below > 0 ? `${CSI}${below}A` : "") +
      // Writing this again brings the cursor to where the terminal has it.
      "\r" + before + WRAP_ON +
      UPDATE_END;
    this.#drawn = { above, cursorColumn };
    this.#lines = "";
    this.#clearing = false;
    this.#write(update);
  }

  /**
   * Erases the footer. If the window became narrower since it was drawn, its rows
   * have wrapped.
   */
  #erase(columns: number): string {
    if (!this.#drawn) return "";
    const { above, cursorColumn } = this.#drawn;
    const up = above.reduce(
      (sum, width) => sum + Math.max(Math.ceil(width / columns), 1),
      Math.floor(cursorColumn / columns),
    );
    return (up > 0 ? `${CSI}${up}A` : "") + ERASE_BELOW;
  }

  #write(text: string): void {
    this.#updates = this.#updates
      .then(() => writeAll(this.#options.sink, this.#utf8.encode(text)))
      .catch(this.#fail);
  }
}
