/**
 * Draws a plot of lines, one or more for each server. The charts use it. A hollow
 * marker shows a point that the tester was too busy to measure.
 *
 * @module
 */
// @ts-types="@types/d3-shape"
import { area, line as polyline } from "d3-shape";
import type { SpreadPoint } from "./curve.ts";
import { drawMarker } from "./marker.ts";
import type { SeriesStyle } from "./series_style.ts";
import {
  type Axis,
  drawChart,
  drawHorizontal,
  horizontal,
  path,
  PLOT,
  type Position,
  round,
  text,
  vertical,
} from "./svg.ts";

/** One line. */
export interface Line {
  style: SeriesStyle;
  points: readonly SpreadPoint[];
  /** Whether the range is shaded. */
  band?: boolean;
  /** Whether the line is thin and without markers. */
  faint?: boolean;
  /** Which points have a marker; all by default. */
  marked?(x: number, index: number): boolean;
  /** Which markers are hollow. */
  hollow?(x: number): boolean;
  /** Where an upright line and a ring mark the knee. */
  knee?: number | null;
  /** Text to the right of the last point: the axis must have room for it. */
  label?: string;
}

/** A plot of lines. */
export interface LinePlot {
  x: Axis;
  y: Axis;
  lines: readonly Line[];
}

const MARKER_SIZE = 8;
const RING_RADIUS = 8;

/** From the last point right to its label, and from its middle down to the baseline. */
const [LABEL_RIGHT, LABEL_DOWN] = [9, 4] as const;

/** Draws a plot of lines. */
export function drawLines({ x, y, lines }: LinePlot): string {
  const drawn = lines.filter((line) => line.points.length > 0);
  const [atX, atY] = [horizontal(x), vertical(y)];
  // Bands first, so that they cover no line.
  const series = [
    ...drawn.filter((line) => line.band).map((line) => band(line, atX, atY)),
    ...drawn.map((line) => stroke(line, atX, atY)),
  ];
  return drawChart(y, drawHorizontal(x), series.join(""));
}

function band({ style, points }: Line, atX: Position, atY: Position): string {
  const shape = area<SpreadPoint>()
    .x(({ x }) => atX(x))
    .y0(({ min }) => atY(min))
    .y1(({ max }) => atY(max));
  return `<path d="${
    shape([...points])
  }" fill="${style.colour}" opacity=".16"/>`;
}

function stroke(line: Line, atX: Position, atY: Position): string {
  const { style, points, faint, label, knee = null } = line;
  const { marked = () => !faint, hollow = () => false } = line;
  const { colour, dash } = style;
  const shape = polyline<SpreadPoint>()
    .x(({ x }) => atX(x))
    .y(({ median }) => atY(median));
  const dashes = dash.length > 0 ? ` stroke-dasharray="${dash.join(" ")}"` : "";
  const parts = [
    `<path d="${
      shape([...points])
    }" fill="none" stroke="${colour}" stroke-width="${
      faint ? 1 : 2.25
    }" stroke-linejoin="round"${dashes}/>`,
    ...points.filter(({ x }, i) => marked(x, i)).map(({ x, median }) =>
      drawMarker(style, atX(x), atY(median), MARKER_SIZE, hollow(x))
    ),
  ];
  if (knee !== null) {
    const ends: [number, number][] = [
      [atX(knee), PLOT.bottom],
      [atX(knee), PLOT.top],
    ];
    parts.push(
      path(ends, colour, ' opacity=".6"'),
      ...points.filter(({ x }) => x === knee).map(({ x, median }) =>
        `<circle cx="${atX(x)}" cy="${
          atY(median)
        }" r="${RING_RADIUS}" fill="none" stroke="${colour}" stroke-width="2"/>`
      ),
    );
  }
  const last = points.at(-1)!;
  if (label !== undefined) {
    parts.push(
      text(
        label,
        atX(last.x) + LABEL_RIGHT,
        round(atY(last.median) + LABEL_DOWN),
        { anchor: "start", colour },
      ),
    );
  }
  return parts.join("");
}
