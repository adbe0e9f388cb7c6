/**
 * The screen: lines that stay, above a block of rows that is drawn anew below
 * them. The chat prints and draws through it. Its one rule: each frame erases the
 * block, prints what has come, and draws the block again, in one write; so a line
 * never lands in the block, and the lines scroll, wrap and are kept by the
 * terminal as anything that is printed.
 *
 * @module
 */
import { type ByteSink, writeAll } from "../../wire/write_all.ts";
import type { Block, Size } from "./block.ts";

/** How much may wait to be printed, in UTF-16 units, before there is no room. */
const ROOM = 64 * 1024;

/** What the terminal is told. */
const CSI = "\x1b[";
/**
 * Erases the line and all below it. Not from its first column: at the top of the
 * window, tmux and others take that for clearing, and keep what is erased.
 */
const ERASE_BELOW = `\r${CSI}K${CSI}C${CSI}J\r`;
const CLEAR = `${CSI}H${CSI}2J`;
/** Shown at once, where the terminal can; the cursor stays hidden meanwhile. */
const FRAME_START = `${CSI}?2026h${CSI}?25l`;
const FRAME_END = `${CSI}?25h${CSI}?2026l`;
/** Rows of the block must not wrap, even if the terminal takes a character for wider. */
const WRAP_OFF = `${CSI}?7l`;
const WRAP_ON = `${CSI}?7h`;
const PASTES_ON = `${CSI}?2004h`;
const PASTES_OFF = `${CSI}?2004l`;

/** What a screen needs. */
export interface ScreenOptions {
  readonly sink: ByteSink;
  /** The size of the window at this moment. */
  readonly size: () => Size;
  /** Lays out the block at this moment. */
  readonly block: (size: Size) => Block;
  /** Runs a task soon: what changes until then is drawn together. */
  readonly soon: (task: () => void) => void;
}

/** Prints and draws on a terminal. */
export class Screen {
  /** Rejects when the terminal cannot be written. Never resolves. */
  readonly failed: Promise<never>;
  readonly #fail: (error: unknown) => void;
  readonly #options: ScreenOptions;
  readonly #utf8 = new TextEncoder();
  /** What is drawn at the bottom now, with the cursor in it. */
  #drawn: Pick<Block, "above" | "cursorColumn"> | undefined;
  #lines = "";
  #clearing = false;
  #scheduled = false;
  /** The writes of frames, one after another; it never rejects. */
  #frames: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: ScreenOptions) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    this.#fail = reject;
    this.#options = options;
  }

  /** Prints a line above the block. It has to be harmless. */
  print(line: string): void {
    this.#lines += `${line}\r\n`;
    this.change();
  }

  /** Resolves when not too much waits to be printed. */
  async room(): Promise<void> {
    if (this.#lines.length < ROOM) return;
    this.#draw();
    await this.#frames;
  }

  /** Draws the block anew, soon. */
  change(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    this.#options.soon(() => {
      this.#frames.then(() => {
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

  /** Prints what waits, and leaves the terminal as it was. May be called twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#frames;
    const { columns } = this.#options.size();
    this.#write(this.#erase(columns) + this.#lines + PASTES_OFF);
    await this.#frames;
  }

  #draw(): void {
    if (this.#closed) return;
    const size = this.#options.size();
    const { rows, above, before, cursorColumn } = this.#options.block(size);
    const below = rows.length - 1 - above.length;
    const frame = FRAME_START +
      (this.#drawn ? "" : PASTES_ON) +
      this.#erase(size.columns) +
      (this.#clearing ? CLEAR : "") +
      this.#lines +
      WRAP_OFF + rows.join("\r\n") +
      (below > 0 ? `${CSI}${below}A` : "") +
      // Written once more, this brings the cursor to where the terminal has it.
      "\r" + before + WRAP_ON +
      FRAME_END;
    this.#drawn = { above, cursorColumn };
    this.#lines = "";
    this.#clearing = false;
    this.#write(frame);
  }

  /**
   * Erases the block. In a window that became narrower since it was drawn its rows
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
    this.#frames = this.#frames
      .then(() => writeAll(this.#options.sink, this.#utf8.encode(text)))
      .catch(this.#fail);
  }
}
