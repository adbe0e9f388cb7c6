/**
 * The style of a server in charts and legends: colour, dash and marker, the same
 * everywhere. Dash and marker alone distinguish the servers, on grey paper and for
 * colour-blind readers.
 *
 * @module
 */
import { type Markup, markup } from "../markup.ts";

/** The style of one server. */
export interface SeriesStyle {
  /** A CSS colour that follows the reader's light or dark. */
  colour: string;
  /** Lengths of dashes and gaps; empty for a full line. */
  dash: readonly number[];
  /** An SVG path within 20 by 20. */
  marker: string;
}

/**
 * After Okabe and Ito, darker on light pages and lighter on dark ones. Each has a
 * contrast of at least 3 to its page, and colour-blind readers can tell them apart.
 */
const LIGHT = [
  "#0068b0",
  "#c43c00",
  "#008562",
  "#a03a86",
  "#ad8800",
  "#3a97d8",
  "#6b3f22",
  "#252b36",
];

const DARK = [
  "#58aef0",
  "#ff8a45",
  "#2fc79a",
  "#e08acb",
  "#f0d860",
  "#b5e2ff",
  "#c08a60",
  "#e4e7ec",
];

const DASHES = [
  [],
  [7, 3],
  [2, 3],
  [9, 3, 2, 3],
  [14, 4],
  [5, 2, 2, 2, 2, 2],
  [4, 5],
  [1, 2],
];

const MARKERS = [
  "M1 10A9 9 0 1 1 19 10A9 9 0 1 1 1 10Z",
  "M2 2H18V18H2Z",
  "M10 1L20 19H0Z",
  "M10 0L20 10L10 20L0 10Z",
  "M10 19L0 1H20Z",
  "M7 0H13V7H20V13H13V20H7V13H0V7H7Z",
  "M0 5H20V15H0Z",
  "M5 0H15V20H5Z",
];

/** The style of the server at `index`. Colours repeat after eight, with other markers. */
export function seriesStyle(index: number): SeriesStyle {
  const round = Math.floor(index / LIGHT.length);
  return {
    colour: `var(--server-${index % LIGHT.length})`,
    dash: DASHES[index % DASHES.length]!,
    marker: MARKERS[(index + round) % MARKERS.length]!,
  };
}

/** The colours as CSS declarations. */
export function colours(scheme: "light" | "dark"): string {
  return (scheme === "light" ? LIGHT : DARK)
    .map((colour, i) => `--server-${i}:${colour};`).join("");
}

/** A piece of a server's line with its marker, for legends. */
export function swatch({ colour, dash, marker }: SeriesStyle): Markup {
  return markup`<svg class="swatch" viewBox="0 0 40 14" aria-hidden="true">
<path d="M0 7H40" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${
    dash.join(" ")
  }"/><path d="${marker}" fill="${colour}" transform="translate(15 2) scale(.5)"/>
</svg>`;
}
