/**
 * How a server ended, in words: for the error of one that did not get ready, and the
 * verdict on one that died.
 *
 * @module
 */
import { escape } from "@zillions/server/escape";

/** The most characters of a last line. */
const MAX_LINE = 200;

/** How a process ended. */
export interface ServerEnd {
  /** "exit status 3" or "signal SIGKILL". */
  how: string;
  /** The last line that it printed, to standard error if it did; or empty. */
  lastLine: string;
}

/** The end of a process in words: how, what `when` adds, and the last line. */
export function endText({ how, lastLine }: ServerEnd, when: string): string {
  return `ended with ${how} ${when}${lastText(lastLine)}`;
}

/** What a sentence on a process ends with: the last line that it printed, if it did. */
export function lastText(line: string): string {
  return line === "" ? "" : `; its last line: ${line}`;
}

/** The last line of `text`, escaped for a terminal. */
export function lastLine(text: string): string {
  return escape(text.trimEnd().split("\n").at(-1)!.trim().slice(0, MAX_LINE));
}
