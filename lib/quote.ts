/**
 * Quoting: words that somebody else wrote, in a line that ends up on a terminal.
 * Whoever says what is wrong with an argument uses it. Its one rule: what comes
 * out is one line, and nothing in it that a terminal acts on.
 *
 * @module
 */

/** What JSON leaves as it is: DEL, C1, and what cannot be seen. */
const LEFT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** `text` in quotation marks, with all that is not plain text escaped. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(LEFT, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
  });
}
