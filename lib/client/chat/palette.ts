/**
 * The palette: what is shown in colour, on terminals and to people that want it.
 * Its one rule: without colour nothing is lost, because what a colour says is
 * also said in characters.
 *
 * @module
 */

/** Cyan, magenta, green, yellow, blue: legible on dark and on light; red is for alarms. */
const NAMES = [36, 35, 32, 33, 34];

/** Paints text, or does not. */
export class Palette {
  readonly #colored: boolean;

  constructor(colored: boolean) {
    this.#colored = colored;
  }

  /** What is there to be found, not to be read. */
  dim(text: string): string {
    return this.#paint(2, text);
  }

  /** What one said oneself. */
  own(text: string): string {
    return this.#paint(1, text);
  }

  /** What soon is wrong. */
  warning(text: string): string {
    return this.#paint(33, text);
  }

  /** What is wrong. */
  alarm(text: string): string {
    return this.#paint(31, text);
  }

  /** A name, which always has the same colour. */
  name(text: string): string {
    let hash = 0;
    for (const character of text) {
      hash = (31 * hash + character.codePointAt(0)!) >>> 0;
    }
    return this.#paint(NAMES[hash % NAMES.length]!, text);
  }

  #paint(code: number, text: string): string {
    return this.#colored && text !== "" ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}
