/**
 * A message as the terminal shows it: when it came, whether it is one's own, and
 * what it says. Its one rule: nothing of the body reaches the terminal but
 * harmless text.
 *
 * @module
 */
import { escape } from "../../wire/escape.ts";
import type { Palette } from "./palette.ts";
import { NOT_TEXT } from "./text.ts";

/**
 * Messages have no sender. Where people begin them with their names, `alice: hi`,
 * that is what tells them apart: up to this many characters.
 */
const NAME = /^[^\s:][^:]{0,23}:(?=\s)/u;

/** What one's own messages are marked with. */
const OWN = "›";

/** A message that was received. */
export interface Message {
  /** `undefined` if it is not UTF-8. */
  readonly text: string | undefined;
  readonly time: Date;
  /** Whether it is the echo of one that was sent from here. */
  readonly own: boolean;
}

/** One line, without its end; the terminal wraps it. */
export function show({ text, time, own }: Message, palette: Palette): string {
  const clock = palette.dim(time.toTimeString().slice(0, "HH:MM:SS".length));
  return `${clock} ${own ? OWN : " "} ${said(text, own, palette)}`;
}

function said(text: string | undefined, own: boolean, palette: Palette) {
  if (text === undefined) return palette.dim(NOT_TEXT);
  const line = escape(text);
  if (own) return palette.own(line);
  const name = line.match(NAME)?.[0] ?? "";
  return palette.name(name) + line.slice(name.length);
}
