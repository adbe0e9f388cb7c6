/**
 * A table's rows, which are reused: what a person has selected or scrolled to stays.
 *
 * @module
 */

/** Shows a row for each item; texts only, because addresses are strangers' words. */
export function fillTable<T>(
  body: HTMLElement,
  items: readonly T[],
  cells: (item: T) => readonly string[],
): void {
  items.forEach((item, n) => {
    const row = body.children[n] ??
      body.appendChild(document.createElement("tr"));
    cells(item).forEach((text, column) => {
      const cell = row.children[column] ??
        row.appendChild(document.createElement("td"));
      if (cell.textContent !== text) cell.textContent = text;
    });
  });
  while (body.children.length > items.length) body.lastElementChild!.remove();
}
