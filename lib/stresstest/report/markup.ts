/**
 * Markup as a type of its own: every part of the page is built with this tag.
 * The rule: a string put into a template is text, and is escaped; only what the
 * tag made, or {@linkcode trusted} vouches for, is markup.
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

/** What is safe to put into a page. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What can stand in a template: text, markup, or several of them. */
export type Part = string | number | Markup | readonly Part[];

/** Makes markup of a template. Attributes must be quoted. */
export function markup(
  strings: TemplateStringsArray,
  ...parts: Part[]
): Markup {
  return new Markup(
    strings.reduce((text, next, i) => text + written(parts[i - 1]!) + next),
  );
}

/** Takes as markup what the report itself made: its style and its charts. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

function written(part: Part): string {
  if (part instanceof Markup) return part.toString();
  if (typeof part === "object") return part.map(written).join("");
  return String(part).replace(/[&<>"']/g, (char) => ESCAPES[char]!);
}
