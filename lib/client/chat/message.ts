/**
 * Messages as the client shows them: at a terminal with time and colours, in a
 * pipe as plain text.
 *
 * @module
 */
import { escape } from "../../wire/escape.ts";
import type { Palette } from "./palette.ts";

/** What is shown of a body that is not UTF-8. */
export const NOT_TEXT = "[received non-utf8 data]";

/**
 * Messages have no sender. Where people begin them with their names, `alice: hi`,
 * the name tells them apart: up to this many characters.
 */
const NAME = /^[^\s:][^:]{0,23}:(?=\s)/u;

/** The sign before the user's own messages. */
const OWN = "›";

/** The sign before what the client itself says. */
const NOTICE = "·";

// A byte order mark is a character of the message like any other.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A message that was received. */
export interface Message {
  /** `undefined` if it is not UTF-8. */
  readonly text: string | undefined;
  readonly time: Date;
  /** Whether it is the echo of a message that was sent from here. */
  readonly own: boolean;
}

/** The text of `body`; `undefined` if any of it is not UTF-8. */
export function decodeText(body: Uint8Array<ArrayBuffer>): string | undefined {
  try {
    return utf8.decode(body);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The name that a line begins with, its colon included; empty if there is none. */
export function nameOf(line: string): string {
  return line.match(NAME)?.[0] ?? "";
}

/** One line for a terminal, escaped, without a line end; the terminal wraps it. */
export function formatMessage(
  { text, time, own }: Message,
  palette: Palette,
): string {
  const sign = own ? OWN : " ";
  return `${clockOf(time, palette)} ${sign} ${formatText(text, own, palette)}`;
}

/** One line that tells of the connection, like a message. */
export function formatNotice(
  text: string,
  time: Date,
  palette: Palette,
): string {
  return `${clockOf(time, palette)} ${NOTICE} ${palette.dim(escape(text))}`;
}

function clockOf(time: Date, palette: Palette): string {
  return palette.dim(time.toTimeString().slice(0, "HH:MM:SS".length));
}

function formatText(
  text: string | undefined,
  own: boolean,
  palette: Palette,
): string {
  if (text === undefined) return palette.dim(NOT_TEXT);
  const line = escape(text);
  if (own) return palette.own(line);
  const name = nameOf(line);
  return palette.name(name) + line.slice(name.length);
}
