/**
 * The footer: the rows at the bottom of the terminal, which are the input line and
 * the status line below it. The chat says what is in it, the screen draws it. It
 * is never higher than the window.
 *
 * ```text
 *  250 > hello                                 bytes left, and what is typed
 * 127.0.0.1:8080 · 12 in · 3 out · Ctrl-D to end
 * ```
 *
 * The cursor stands in the input, and everything below the cursor can be erased,
 * however it is wrapped. That is why the status comes last.
 *
 * @module
 */
import { MAX_BODY } from "../../wire/frame.ts";
import type { Editor } from "./editor.ts";
import { clip, layOut, type Row } from "./layout.ts";
import type { Palette } from "./palette.ts";

/** The size of the terminal's window, in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The rows of a footer, laid out to be drawn. */
export interface Footer {
  readonly rows: readonly string[];
  /** The widths of the rows above the cursor's row, in columns. */
  readonly above: readonly number[];
  /** What the cursor's row shows before the cursor. */
  readonly before: string;
  /** How wide that is, in columns. */
  readonly cursorColumn: number;
}

/** What the footer shows. */
export interface FooterContent {
  /** `undefined` when nothing more can be typed. */
  readonly editor: Editor | undefined;
  /** The most bytes of a line. */
  readonly most?: number;
  readonly status: string;
  /** Whether the status is an error. */
  readonly isError: boolean;
}

/** The counter is a warning when fewer bytes than this are left: some words more. */
const FEW = 50;

/** The counter has the colour of errors when fewer bytes than this are left. */
const VERY_FEW = 10;

/** The width of the counter, in columns: `255`, or `-99` when there is too much. */
const COUNTER = 4;

/** A window narrower than this, in columns, has no room for a counter. */
const NARROW = 20;

/** A window lower than this, in rows, has no room for a status line. */
const LOW = 3;

/** Lays the footer out for a window of `size`. */
export function layOutFooter(
  { editor, most = MAX_BODY, status, isError }: FooterContent,
  { columns, rows }: Size,
  palette: Palette,
): Footer {
  const line = clip(status, columns - 1);
  const below = rows < LOW
    ? []
    : [isError ? palette.error(line) : palette.dim(line)];
  if (!editor) {
    return { rows: ["", ...below], above: [], before: "", cursorColumn: 0 };
  }

  const indent = columns < NARROW ? 0 : COUNTER + " > ".length;
  const prompt = indent === 0
    ? () => ""
    : prompter(most - editor.bytes, palette);
  const layout = layOut(editor.text, editor.before.length, columns - indent);
  // Rows above the window cannot be drawn, and one row is for messages.
  const height = Math.max(rows - below.length - 1, 1);
  const from = Math.max(layout.cursorRow - height + 1, 0);
  const shown = layout.rows.slice(from, from + height);
  const prompts = shown.map(prompt);
  const cursorRow = layout.cursorRow - from;
  return {
    rows: [...shown.map((row, i) => prompts[i] + row.text), ...below],
    above: shown.slice(0, cursorRow).map((row) => indent + row.width),
    before: prompts[cursorRow]! + layout.before,
    cursorColumn: indent + layout.cursorColumn,
  };
}

/** The prompts of rows: the counter on the first, a sign where a line starts. */
function prompter(
  left: number,
  palette: Palette,
): (row: Row, number: number) => string {
  const counter = String(left).padStart(COUNTER);
  const painted = left < VERY_FEW
    ? palette.error(counter)
    : left < FEW
    ? palette.warning(counter)
    : palette.dim(counter);
  const sign = left < VERY_FEW ? " ! " : " > ";
  return ({ starts }, number) =>
    (number === 0 ? painted : " ".repeat(COUNTER)) + (starts ? sign : "   ");
}
