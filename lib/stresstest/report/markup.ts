/**
 * Markup as a type of its own: all parts of the HTML report are built with this tag.
 * A string in a template is text and is escaped; only the results of the tag and of
 * {@linkcode trusted} are markup.
 *
 * @module
 */

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that is safe to put into a page. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** A part of a template: text, markup, or several of them. */
export type Part = string | number | Markup | readonly Part[];

/** Makes markup from a template. Attributes must be quoted. */
export function markup(
  strings: TemplateStringsArray,
  ...parts: Part[]
): Markup {
  return new Markup(
    strings.reduce((text, next, i) => text + written(parts[i - 1]!) + next),
  );
}

/** Takes text as markup: the style sheet and the charts, which hold no foreign text. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

function written(part: Part): string {
  if (part instanceof Markup) return part.toString();
  if (typeof part === "object") return part.map(written).join("");
  return String(part).replace(/[&<>"']/g, (char) => ESCAPES[char]!);
}
