/**
 * Message text: what a page shows of bodies, which are strangers' bytes, and of
 * numbers and times.
 *
 * @module
 */
import { decodeText, nameOf } from "../../client/chat/message.ts";
import { escape } from "../../wire/escape.ts";

/** A body, ready to be shown. */
export interface MessageText {
  /** The name that it begins with, with its colon; empty if there is none. */
  readonly name: string;
  readonly text: string;
  readonly isUtf8: boolean;
}

/** What is shown of a body: nothing in it is obeyed. */
export function messageText(body: Uint8Array<ArrayBuffer>): MessageText {
  const decoded = decodeText(body);
  if (decoded === undefined) {
    const text = `not UTF-8: ${quantity(body.length, "byte")}`;
    return { name: "", text, isUtf8: false };
  }
  const line = escape(decoded);
  const name = nameOf(line);
  return { name, text: line.slice(name.length), isUtf8: true };
}

/** The time of day in this machine's zone, `14:03`. */
export function hourAndMinute(time: number): string {
  return new Date(time).toTimeString().slice(0, "HH:MM".length);
}

/** The time of day in this machine's zone, `14:03:59`. */
export function timeOfDay(time: number): string {
  return new Date(time).toTimeString().slice(0, "HH:MM:SS".length);
}

const digits = new Intl.NumberFormat("en-US");

/** A number as people read it: `1,204`. */
export function formatNumber(n: number): string {
  return digits.format(n);
}

/** So many things: `1,204 messages`, `1 message`. */
export function quantity(n: number, thing: string): string {
  return `${formatNumber(n)} ${thing}${n === 1 ? "" : "s"}`;
}
