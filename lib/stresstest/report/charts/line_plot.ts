/**
 * Draws a chart of lines, one or more a server. Called by the charts.
 * The rule: a point that counts for less shows it: its marker is hollow.
 *
 * @module
 */
import type { SpreadPoint } from "./curve.ts";
import type { Look } from "./series_style.ts";
import { type Axis, axis, draw, FONT } from "./svg.ts";

/** One server's line. */
export interface Line {
  look: Look;
  points: readonly SpreadPoint[];
  /** Whether the range is shaded. */
  band?: boolean;
  /** A lesser line: thin and without markers. */
  faint?: boolean;
  /** Which points have a marker; all by default. */
  marked?(x: number, index: number): boolean;
  /** Which markers are hollow. */
  hollow?(x: number): boolean;
  /** Where an upright rule stands, and a ring around the point. */
  knee?: number | null;
  /** What stands on the right of its last point: the axis must have room there. */
  label?: string;
}

/** A chart of lines. */
export interface Plot {
  x: Axis;
  y: Axis;
  lines: readonly Line[];
}

const MARKER = 8;
const RING = 16;

/** Draws a chart of lines. */
export function drawLines({ x, y, lines }: Plot): string {
  const drawn = lines.filter((line) => line.points.length > 0);
  const below = {
    ...axis(x),
    nameLocation: "middle",
    nameGap: 30,
    splitLine: { show: false },
  };
  // Bands first, so that they cover no line.
  return draw(below, y, [
    ...drawn.filter((line) => line.band).map(band),
    ...drawn.flatMap(stroke),
  ]);
}

function band({ look, points }: Line): object {
  const edge = [
    ...points.map(({ x, max }) => [x, max]),
    ...points.toReversed().map(({ x, min }) => [x, min]),
  ];
  return {
    type: "custom",
    silent: true,
    data: [0],
    renderItem: (
      _: unknown,
      { coord }: { coord(point: number[]): number[] },
    ) => ({
      type: "polygon",
      silent: true,
      shape: { points: edge.map((point) => coord(point)) },
      style: { fill: look.colour, opacity: 0.16 },
    }),
  };
}

function stroke(line: Line): object[] {
  const { look: { colour, dash, marker }, points, faint, knee = null } = line;
  const { marked = () => !faint, hollow = () => false, label } = line;
  const solid = { color: colour, borderColor: colour, borderWidth: 1.5 };
  const symbol = `path://${marker}`;
  const data = points.map(({ x, median }, i) => ({
    value: [x, median],
    symbol: marked(x, i) ? symbol : "none",
    itemStyle: hollow(x) ? { ...solid, color: "var(--page)" } : solid,
    label: {
      ...FONT,
      show: label !== undefined && i === points.length - 1,
      formatter: label,
      position: "right",
      color: colour,
    },
  }));
  const bent = data.filter(({ value }) => value[0] === knee);
  const series = {
    type: "line",
    silent: true,
    data,
    showAllSymbol: true,
    symbolSize: MARKER,
    symbolKeepAspect: true,
    lineStyle: {
      color: colour,
      width: faint ? 1 : 2.25,
      type: dash.length > 0 ? dash : "solid",
      join: "round",
    },
    markLine: {
      silent: true,
      symbol: "none",
      label: { show: false },
      lineStyle: { color: colour, width: 1, type: "solid", opacity: 0.6 },
      data: knee === null ? [] : [{ xAxis: knee }],
    },
  };
  const ring = {
    type: "scatter",
    silent: true,
    symbol: "circle",
    symbolSize: RING,
    itemStyle: {
      color: "none",
      borderColor: colour,
      borderWidth: 2,
      opacity: 1,
    },
    data: bent.map(({ value }) => value),
  };
  return bent.length > 0 ? [series, ring] : [series];
}
