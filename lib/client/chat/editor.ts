/**
 * The editor: the text being typed, and the cursor in it. The chat passes it keys,
 * the footer shows it. The cursor stands between characters as people count them
 * (graphemes), never within an emoji or before an accent.
 *
 * The text has several lines when several were pasted; each will be a message.
 *
 * @module
 */
import type { Command } from "./key_decoder.ts";

/**
 * The most text that is kept, in UTF-16 units: some dozens of messages. More
 * would be slow, because all of it is laid out for each key.
 */
const CAPACITY = 8 * 1024;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

const utf8 = new TextEncoder();

/** A line of text, with a cursor. */
export class Editor {
  #text = "";
  /** In UTF-16 units, always between graphemes. */
  #cursor = 0;
  /** The text that was last deleted by a command that deletes words or lines. */
  #killed = "";

  /** The text being typed. */
  get text(): string {
    return this.#text;
  }

  /** The text before the cursor. */
  get before(): string {
    return this.#text.slice(0, this.#cursor);
  }

  /** The bytes of the line that the cursor is on. */
  get bytes(): number {
    return utf8.encode(this.#text.slice(this.#lineStart, this.#lineEnd)).length;
  }

  /** Types `text`; returns whether there was room for it. */
  insert(text: string): boolean {
    const room = CAPACITY - this.#text.length;
    const fits = text.length <= room;
    const taken = fits ? text : text.slice(0, room).toWellFormed();
    this.#splice(this.#cursor, this.#cursor, taken);
    return fits;
  }

  /** Replaces the text; the cursor goes behind it, or behind its line `line`, from 0. */
  replace(text: string, line = Infinity): void {
    this.#text = text;
    const lines = text.split("\n").slice(0, line + 1);
    this.#cursor = lines.join("\n").length;
  }

  /** Carries out a command, if it is about editing. */
  edit(command: Command): void {
    const at = this.#cursor;
    switch (command) {
      case "left":
        return this.#move(this.#previous);
      case "right":
        return this.#move(this.#next);
      case "wordLeft":
        return this.#move(
          this.#wordStart(/[\p{L}\p{M}\p{N}_]+[^\p{L}\p{M}\p{N}_]*$/u),
        );
      case "wordRight":
        return this.#move(this.#wordEnd);
      case "home":
        return this.#move(this.#lineStart);
      case "end":
        return this.#move(this.#lineEnd);
      case "backspace":
        return this.#splice(this.#previous, at);
      case "delete":
        return this.#splice(at, this.#next);
      case "killBefore":
        return this.#kill(Math.min(this.#lineStart, this.#previous), at);
      case "killAfter":
        return this.#kill(at, Math.max(this.#lineEnd, this.#next));
      case "killWordBefore":
        return this.#kill(this.#wordStart(/\S+\s*$/), at);
      case "killWordAfter":
        return this.#kill(at, this.#wordEnd);
      case "yank":
        return void this.insert(this.#killed);
    }
  }

  get #lineStart(): number {
    return this.before.lastIndexOf("\n") + 1;
  }

  get #lineEnd(): number {
    const end = this.#text.indexOf("\n", this.#cursor);
    return end < 0 ? this.#text.length : end;
  }

  get #previous(): number {
    const grapheme = graphemes.segment(this.#text).containing(this.#cursor - 1);
    return grapheme?.index ?? 0;
  }

  get #next(): number {
    const grapheme = graphemes.segment(this.#text).containing(this.#cursor);
    return this.#cursor + (grapheme?.segment.length ?? 0);
  }

  /** Where the last match of `word` before the cursor begins, or the text. */
  #wordStart(word: RegExp): number {
    return Math.max(this.before.search(word), 0);
  }

  get #wordEnd(): number {
    const after = this.#text.slice(this.#cursor);
    const word = after.match(/^[^\p{L}\p{M}\p{N}_]*[\p{L}\p{M}\p{N}_]*/u);
    return this.#cursor + word![0].length;
  }

  #kill(from: number, to: number): void {
    if (from < to) this.#killed = this.#text.slice(from, to);
    this.#splice(from, to);
  }

  #splice(from: number, to: number, text = ""): void {
    this.#text = this.#text.slice(0, from) + text + this.#text.slice(to);
    this.#move(from + text.length);
  }

  /** Moves to `at`, or behind the grapheme that it falls into. */
  #move(at: number): void {
    const grapheme = graphemes.segment(this.#text).containing(at);
    this.#cursor = grapheme && grapheme.index < at
      ? grapheme.index + grapheme.segment.length
      : at;
  }
}
