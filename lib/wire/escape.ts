/**
 * Harmless text: what others sent, as it may be written to a terminal. Everything
 * that is shown of a message passes through here. Its one rule: what comes out
 * moves the cursor to the right and does nothing else.
 *
 * @module
 */

/**
 * What a terminal acts on, or what makes text look like other text: controls (C0,
 * DEL, C1), line and paragraph separators, and the invisible format characters,
 * bidirectional overrides among them. Unassigned code points go too: nobody knows
 * their width. The two joiners stay: emoji and several scripts need them.
 */
const HARMFUL = /[[\p{Cc}\p{Cf}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]--[\u200c\u200d]]/gv;

/** Where Unicode keeps the pictures of C0 controls, in their order. */
const PICTURES = 0x2400;

const DELETE = 0x7f;

const DELETE_PICTURE = "\u2421";

/** `text` with everything harmful made visible: `␛`, `\x9b`, `\u{202e}`. */
export function escape(text: string): string {
  return text.replace(HARMFUL, visible);
}

function visible(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x20) return String.fromCodePoint(PICTURES + code);
  if (code === DELETE) return DELETE_PICTURE;
  const hex = code.toString(16);
  return code < 0x100 ? `\\x${hex}` : `\\u{${hex}}`;
}
