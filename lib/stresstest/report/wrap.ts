/**
 * Breaks long lines for a terminal, which would break them inside words: after a comma
 * where that is not too early, or at a space.
 *
 * @module
 */

/** Before the rest of a line that was broken. */
const INDENT = "    ";

/** The space before a unit, where no line is broken. */
const BEFORE_UNIT = / (?=(?:%|[µm]?s|[kM]|[KMG]iB)(?:[^\w]|$))/g;

/** Stands for that space meanwhile. */
const NO_BREAK = "\u00a0";

/** Breaks each line of `text` that is longer than `width`, if it has a space. */
export function wrap(text: string, width: number): string {
  return text.replace(BEFORE_UNIT, NO_BREAK).split("\n")
    .map((line) => wrapLine(line, width)).join("\n")
    .replaceAll(NO_BREAK, " ");
}

function wrapLine(line: string, width: number): string {
  const lines: string[] = [];
  while (line.length > width) {
    const indent = line.length - line.trimStart().length;
    const comma = line.lastIndexOf(", ", width - 1) + 1;
    const within = comma > width / 2 ? comma : line.lastIndexOf(" ", width);
    // After the indent: else a terminal narrower than that gets one line after another.
    const at = within > indent
      ? within
      : line.indexOf(" ", Math.max(width, indent + 1));
    if (at < 0) break;
    lines.push(line.slice(0, at));
    line = INDENT + line.slice(at + 1);
  }
  return [...lines, line].join("\n");
}
