/**
 * Draws the frame of a chart as SVG: axes, ticks and names. The line plot and the bar
 * plot draw their series into it. Colours are CSS variables of the page, so that one
 * picture serves light, dark and paper. All text is the report's own; no name of a
 * server gets in.
 *
 * @module
 */
// @ts-types="@types/d3-scale"
import { scaleLinear, scaleLog } from "d3-scale";
import type { Scale } from "./scale.ts";

/** One axis. */
export interface Axis {
  /** What it measures; the ticks carry the unit. */
  name: string;
  scale: Scale;
  format(value: number): string;
}

/** The size of text in a chart, in pixels. */
export const FONT_SIZE = 13;

/** Small, so that the text is still legible on a phone, where the chart shrinks. */
const SIZE = { width: 480, height: 300 };

/** The edges of the plot within the picture. */
export const PLOT = {
  left: 74,
  right: SIZE.width - 24,
  top: 36,
  bottom: SIZE.height - 50,
} as const;

/** The length of a tick below the horizontal axis. */
const TICK_LENGTH = 5;

/** From the horizontal axis down to its labels and its name. */
const [LABELS_BELOW, NAME_BELOW] = [20, 39] as const;

/** From the vertical axis left to its labels. */
const LABELS_LEFT = 8;

/** From the top of the plot up to the name of the vertical axis. */
const NAME_ABOVE = 16;

/** From the baseline of text up to its middle. */
const TEXT_MIDDLE = 4;

/** Positions in the picture of values on an axis. */
export type Position = (value: number) => number;

/** Positions on the horizontal axis. */
export function horizontal({ scale }: Axis): Position {
  return position(scale, PLOT.left, PLOT.right);
}

/** Positions on the vertical axis. */
export function vertical({ scale }: Axis): Position {
  return position(scale, PLOT.bottom, PLOT.top);
}

function position(scale: Scale, from: number, to: number): Position {
  const { log, min, max } = scale;
  const project = (log ? scaleLog() : scaleLinear())
    .domain([min, max]).range([from, to]);
  return (value) => round(project(value));
}

/**
 * Draws one SVG element.
 *
 * @param below What stands below the plot.
 * @param series What is drawn into the plot.
 */
export function drawChart(y: Axis, below: string, series: string): string {
  const { width, height } = SIZE;
  const at = vertical(y);
  const ticks = y.scale.ticks.map((tick) =>
    path([[PLOT.left, at(tick)], [PLOT.right, at(tick)]], "var(--grid)") +
    text(y.format(tick), PLOT.left - LABELS_LEFT, at(tick) + TEXT_MIDDLE, {
      anchor: "end",
    })
  );
  const name = text(y.name, LABELS_LEFT, PLOT.top - NAME_ABOVE, {
    anchor: "start",
  });
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" xmlns="http://www.w3.org/2000/svg">
${ticks.join("")}${name}${below}${series}
</svg>`;
}

/** The horizontal axis: its line, ticks, labels and name. */
export function drawHorizontal(x: Axis): string {
  const at = horizontal(x);
  const ticks = x.scale.ticks.map((tick) =>
    path([
      [at(tick), PLOT.bottom],
      [at(tick), PLOT.bottom + TICK_LENGTH],
    ], "var(--rule)") +
    text(x.format(tick), at(tick), PLOT.bottom + LABELS_BELOW)
  );
  return ticks.join("") + drawBaseline(x.name);
}

/** The line at the bottom of the plot, and a name below it. */
export function drawBaseline(name: string): string {
  const ends: [number, number][] = [
    [PLOT.left, PLOT.bottom],
    [PLOT.right, PLOT.bottom],
  ];
  return path(ends, "var(--rule)") +
    text(name, (PLOT.left + PLOT.right) / 2, PLOT.bottom + NAME_BELOW);
}

/** A label below the plot. */
export function drawLabel(label: string, x: number, size: number): string {
  return text(label, x, PLOT.bottom + LABELS_BELOW, { size });
}

/** A straight line. */
export function path(
  points: readonly (readonly [number, number])[],
  colour: string,
  style = "",
): string {
  const d = points.map((point) => point.join(" ")).join("L");
  return `<path d="M${d}" stroke="${colour}" fill="none"${style}/>`;
}

/** Text; centred unless `anchor` says otherwise. */
export function text(
  content: string,
  x: number,
  y: number,
  { anchor = "middle", colour = "var(--ink)", size = FONT_SIZE } = {},
): string {
  return `<text x="${round(x)}" y="${
    round(y)
  }" text-anchor="${anchor}" fill="${colour}" font-size="${size}">${content}</text>`;
}

/** Tenths of a pixel are exact enough. */
export function round(value: number): number {
  return Number(value.toFixed(1));
}
