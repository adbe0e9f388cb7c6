/**
 * The palette: the colours of the chat. A user may switch them off, so whatever a
 * colour says, characters say as well.
 *
 * @module
 */

/** Cyan, magenta, green, yellow, blue: legible on dark and on light; red is for errors. */
const NAMES = [36, 35, 32, 33, 34];

/** Paints text, or leaves it as it is. */
export class Palette {
  readonly #colored: boolean;

  constructor(colored: boolean) {
    this.#colored = colored;
  }

  /** Text of little interest: clocks, the status. */
  dim(text: string): string {
    return this.#paint(2, text);
  }

  /** The user's own messages. */
  own(text: string): string {
    return this.#paint(1, text);
  }

  /** Soon it will be an error. */
  warning(text: string): string {
    return this.#paint(33, text);
  }

  /** Something is wrong. */
  error(text: string): string {
    return this.#paint(31, text);
  }

  /** A name; the same name always has the same colour. */
  name(text: string): string {
    return this.#paint(NAMES[hash(text) % NAMES.length]!, text);
  }

  #paint(code: number, text: string): string {
    return this.#colored && text !== "" ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

/** A number that is the same for the same text, to choose a colour by. */
export function hash(text: string): number {
  let hash = 0;
  for (const character of text) {
    hash = (31 * hash + character.codePointAt(0)!) >>> 0;
  }
  return hash;
}
