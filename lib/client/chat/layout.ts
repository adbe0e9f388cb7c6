/**
 * The layout: text in rows of a given width. The footer lays out its input line
 * with it. A row is never wider than asked for, unless a single character is.
 *
 * @module
 */
import { unicodeWidth } from "@std/cli/unicode-width";
import { escape } from "../../wire/escape.ts";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** A row of text as it is shown. */
export interface Row {
  text: string;
  /** In columns. */
  width: number;
  /** Whether a line of the text starts here, or goes on. */
  readonly starts: boolean;
}

/** Text in rows, of which there is at least one. */
export interface Layout {
  readonly rows: Row[];
  /** The index of the cursor's row. */
  readonly cursorRow: number;
  /** What that row shows before the cursor. */
  readonly before: string;
  /** How wide that is, in columns. */
  readonly cursorColumn: number;
}

/**
 * Lays out `text` in rows of `width` columns, one of which stays free for the
 * cursor. Line ends start a new row.
 *
 * @param cursor A position between two graphemes, or an end of the text.
 */
export function layOut(text: string, cursor: number, width: number): Layout {
  const rows: Row[] = [{ text: "", width: 0, starts: true }];
  let row = rows[0]!;
  let at = { cursorRow: 0, before: "", cursorColumn: 0 };
  const mark = () => {
    at = {
      cursorRow: rows.length - 1,
      before: row.text,
      cursorColumn: row.width,
    };
  };
  const next = (starts: boolean) => {
    row = { text: "", width: 0, starts };
    rows.push(row);
  };
  for (const { segment, index } of graphemes.segment(text)) {
    const shown = segment === "\n" ? "" : escape(segment);
    const columns = unicodeWidth(shown);
    if (row.width > 0 && row.width + columns >= width) next(false);
    if (index === cursor) mark();
    row.text += shown;
    row.width += columns;
    if (segment === "\n") next(true);
  }
  if (cursor === text.length) mark();
  return { rows, ...at };
}

/** The start of `text`, as much as `width` columns can show. */
export function clip(text: string, width: number): string {
  let shown = "";
  let room = width;
  for (const { segment } of graphemes.segment(escape(text))) {
    room -= unicodeWidth(segment);
    if (room < 0) break;
    shown += segment;
  }
  return shown;
}
