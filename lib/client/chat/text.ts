/**
 * Text: what a body says, if it is text at all. Both clients read bodies with it.
 * Its one rule: a body is shown as it is or not at all.
 *
 * @module
 */

/** What is shown of a body that is not UTF-8. */
export const NOT_TEXT = "[received non-utf8 data]";

// A byte order mark is a character of the message like any other.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of `body`; `undefined` if it is not UTF-8. */
export function textOf(body: Uint8Array<ArrayBuffer>): string | undefined {
  try {
    return utf8.decode(body);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
