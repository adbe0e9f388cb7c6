/** The charts of the gallery as one picture, for documents. */
import { MARGIN, PANEL, placed, sheet, words } from "../bench/sheet.ts";
import { type LoadName, LOADS } from "./loads.ts";
import { pointsOf } from "./points.ts";
import type { GalleryResult } from "./result.ts";
import { SCATTER, scatter } from "./scatter.ts";

/** Two rows of two. */
const CHARTS: readonly LoadName[] = ["reply", "chat", "hall", "flood"];

/** Above a chart, and from it down to the next one's heading. */
const [HEAD, GAP] = [34, 14] as const;

/** Draws the picture; a load that was not played has no chart. */
export function picture(result: GalleryResult): string {
  const step = HEAD + SCATTER.height + GAP;
  const drawn = CHARTS.flatMap((load, at) => {
    const chart = scatter(pointsOf(result, load));
    if (!chart) return [];
    const x = MARGIN + at % 2 * PANEL.width;
    const y = MARGIN + Math.floor(at / 2) * step;
    const title = words(LOADS[load].title, "head", y + 20)
      .replace(/x="\d+"/, `x="${x + 8}"`);
    return [title, placed(chart, x, y + HEAD)];
  });
  const last = MARGIN + 2 * step + 8;
  drawn.push(
    words(
      "Up: p99, less is better. Right: deliveries a second, more is better. Colour: the language.",
      "soft",
      last,
    ),
  );
  return sheet(
    last + MARGIN + 4,
    "Charts: p99 against deliveries of each server, in four loads",
    drawn,
  );
}
