/**
 * Tables as plain text, without lines or colours, because they are read in terminals,
 * files and issues alike.
 *
 * @module
 */
import Table from "cli-table3";

const NO_LINES = Object.fromEntries(
  ["top", "bottom", "left", "right", "mid"].flatMap((side) =>
    [side, `${side}-mid`, `${side}-left`, `${side}-right`].map((
      name,
    ) => [name, ""])
  ),
);

/** Writes rows of cells; the first column is aligned left, the others right. */
export function textTable(rows: readonly string[][]): string {
  const table = new Table({
    chars: { ...NO_LINES, middle: "  " },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    colAligns: rows[0]!.map((_, at) => at === 0 ? "left" : "right"),
  });
  table.push(...rows);
  return table.toString();
}
