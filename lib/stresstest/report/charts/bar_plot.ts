/**
 * Draws a plot of bars, one for each server: the height is the median, which is also
 * written below; the markers are the runs, the first on the left. The charts use it.
 * The scale starts at zero, so that heights compare as the values do.
 *
 * @module
 */
import { spread } from "../spread.ts";
import { drawMarker } from "./marker.ts";
import type { SeriesStyle } from "./series_style.ts";
import {
  type Axis,
  drawBaseline,
  drawChart,
  drawLabel,
  FONT_SIZE,
  PLOT,
  type Position,
  round,
  vertical,
} from "./svg.ts";

/** One server's bar. */
export interface Bar {
  style: SeriesStyle;
  /** The value of each run; none if it was not measured. */
  values: readonly number[];
}

/** More markers than this are a smear; then every second or third run has one. */
const MAX_MARKERS = 50;
const MARKER_SIZE = 6;

/** The share of its slot that a bar fills, and the most pixels. */
const [BAR_SHARE, MAX_BAR] = [0.6, 90] as const;

/** With more bars than this, labels are smaller. */
const [MANY_BARS, SMALL_FONT] = [5, 11] as const;

/** Draws a plot of bars. */
export function drawBars(y: Axis, bars: readonly Bar[]): string {
  const at = vertical(y);
  const slot = (PLOT.right - PLOT.left) / bars.length;
  const width = Math.min(MAX_BAR, BAR_SHARE * slot);
  const size = bars.length > MANY_BARS ? SMALL_FONT : FONT_SIZE;
  const middle = (index: number) => PLOT.left + (index + 0.5) * slot;
  const labels = bars.map(({ values }, i) => {
    const median = spread(values)?.median;
    const label = median === undefined ? "–" : y.format(median);
    return drawLabel(label, middle(i), size);
  });
  const drawn = bars.map((bar, i) => drawBar(bar, middle(i), width, at));
  return drawChart(
    y,
    labels.join("") + drawBaseline("median"),
    drawn.join(""),
  );
}

function drawBar(
  { style, values }: Bar,
  middle: number,
  width: number,
  at: Position,
): string {
  const median = spread(values)?.median;
  if (median === undefined) return "";
  const left = middle - width / 2;
  const step = Math.ceil(values.length / MAX_MARKERS);
  const shown = values.filter((_, i) => i % step === 0);
  const markers = shown.map((value, i) =>
    drawMarker(
      style,
      left + width * (i + 0.5) / shown.length,
      at(value),
      MARKER_SIZE,
    )
  );
  return `<rect x="${round(left)}" y="${at(median)}" width="${
    round(width)
  }" height="${
    round(PLOT.bottom - at(median))
  }" fill="${style.colour}" opacity=".3"/>${markers.join("")}`;
}
