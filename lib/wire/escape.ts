/**
 * Escaping: what strangers wrote, as it may be shown on a terminal. The client
 * shows messages through it; error messages and log lines show arguments and
 * addresses through it.
 *
 * @module
 */

/**
 * What a terminal acts on, or what makes text look like other text: controls (C0,
 * DEL, C1), line and paragraph separators, and the invisible format characters,
 * among them those that reverse the direction of writing. Unassigned code points
 * are escaped too, because their width is unknown. The two joiners stay: emoji and
 * several scripts need them.
 */
const UNSAFE = /[[\p{Cc}\p{Cf}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]--[\u200c\u200d]]/gv;

/** Unicode has a picture for each C0 control, from here on, in their order. */
const PICTURES = 0x2400;

const DELETE = 0x7f;

/** The place of DEL among the pictures, after that of the space. */
const DELETE_PICTURE = 0x21;

/**
 * Makes text safe to print on a terminal: the result is one line that moves the
 * cursor to the right and does nothing else.
 *
 * C0 controls and DEL become their pictures (`␛`, `␊`), C1 controls and the soft
 * hyphen `\x9b`, and the other characters that are invisible, unassigned or half
 * of a pair `\u{202e}`. All other characters stay as they are, quotation marks and
 * backslashes included; so the original text cannot be restored from the result.
 * Escaping twice changes nothing more.
 *
 * @param text Of any length.
 * @returns At most eight times as long, in UTF-16 units.
 *
 * @example Printing what a stranger sent
 * ```ts
 * import { escape } from "@zillions/server/escape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(escape("hello 天地"), "hello 天地");
 * assertEquals(escape("\x1b[2Jgone\r\n"), "␛[2Jgone␍␊");
 * assertEquals(escape("\x9b \u202e"), "\\x9b \\u{202e}");
 * ```
 */
export function escape(text: string): string {
  return text.replace(UNSAFE, visible);
}

function visible(character: string): string {
  const code = character.codePointAt(0)!;
  if (code <= DELETE) {
    return String.fromCodePoint(PICTURES + Math.min(code, DELETE_PICTURE));
  }
  const hex = code.toString(16);
  return code < 0x100 ? `\\x${hex}` : `\\u{${hex}}`;
}
