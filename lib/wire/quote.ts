/**
 * Quoting: words that somebody else wrote, in a line that ends up on a terminal.
 * Whoever says what is wrong with an argument uses it. Its one rule: what comes
 * out is one line, and nothing in it that a terminal acts on.
 *
 * @module
 */

/** What ends a line, what a terminal acts on, and what cannot be seen. */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** `text` in quotation marks, with all that is not plain text escaped. */
export function quote(text: string): string {
  return harmless(JSON.stringify(text));
}

/** `text` with all that is not plain text escaped, as JSON does it. */
export function harmless(text: string): string {
  return text.replaceAll(
    HARMFUL,
    (character) =>
      character.split("").map((unit) => {
        const code = unit.charCodeAt(0).toString(16);
        return `\\u${code.padStart(4, "0")}`;
      }).join(""),
  );
}
