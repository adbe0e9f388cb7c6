/**
 * Markers of plots: the shape of a server at a point.
 *
 * @module
 */
import type { SeriesStyle } from "./series_style.ts";
import { round } from "./svg.ts";

/** The width of the square that the shapes of markers are drawn in. */
const SHAPE_SIZE = 20;

/**
 * Draws a marker around a point.
 *
 * @param size Its width, in pixels.
 * @param hollow Whether its inside is left empty.
 */
export function drawMarker(
  { colour, marker }: SeriesStyle,
  x: number,
  y: number,
  size: number,
  hollow = false,
): string {
  const scale = size / SHAPE_SIZE;
  const fill = hollow ? "var(--page)" : colour;
  return `<path d="${marker}" transform="translate(${round(x - size / 2)} ${
    round(y - size / 2)
  }) scale(${scale})" fill="${fill}" stroke="${colour}" stroke-width="${
    1.5 / scale
  }"/>`;
}
