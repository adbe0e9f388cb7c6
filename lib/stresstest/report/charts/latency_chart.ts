/**
 * The chart of latency by percentile. It shows the tail: 90, 99, 99.9 and 99.99 have
 * equal distances.
 *
 * @module
 */
import type { Report } from "../report.ts";
import { type Chart, medians } from "./figure.ts";
import type { ComparableRuns } from "../comparable_runs.ts";
import { across } from "./curve.ts";
import { microseconds } from "../format.ts";
import { drawLines, type Line } from "./line_plot.ts";
import { seriesStyle } from "./series_style.ts";
import { P50, P99, P999 } from "../metrics.ts";
import { logarithmic, MIN_MICROSECONDS, type Scale } from "./scale.ts";

/** One delivery in this many is slower: percentiles 50, 90, 99, 99.9 and 99.99. */
const TICKS = [2, 10, 100, 1000, 10_000];

const SCALE: Scale = { log: true, min: 2, max: 10_000, ticks: TICKS };

/** Points of the line between two ticks. */
const BENDS = 8;

const POINTS = TICKS.flatMap((tick, i) =>
  Array.from({ length: BENDS }, (_, bend) => {
    const next = TICKS[i + 1];
    return next && tick * (next / tick) ** (bend / BENDS);
  })
).filter((point) => point !== undefined).concat(TICKS.at(-1)!);

/** Latency by percentile. */
export function latencyChart(
  report: Report,
  { runs, basis }: ComparableRuns,
): Chart {
  const lines = report.servers.map((_, i): Line => ({
    style: seriesStyle(i),
    points: across(
      runs[i]!.flatMap(({ latency }) =>
        latency === null ? [] : [
          latency.percentiles.map((
            [percentile, value],
          ): [number, number] => [
            oneIn(percentile),
            Math.max(value, MIN_MICROSECONDS),
          ]),
        ]
      ),
      POINTS,
    ),
    band: true,
    marked: (x) => TICKS.includes(x),
  }));
  const heights = lines.flatMap(({ points }) =>
    points.flatMap(({ min, max }) => [min, max])
  );
  return {
    title: "Latency by percentile",
    note: `From the intended send to the delivery. ${basis} ` +
      "Lines are medians of runs, shades their range.",
    pictures: heights.length === 0 ? [] : [drawLines({
      x: {
        name: "percentile of deliveries",
        scale: SCALE,
        format: (x) => String(Number((100 - 100 / x).toFixed(2))),
      },
      y: {
        name: "latency, log scale",
        scale: logarithmic(heights),
        format: microseconds,
      },
      lines,
    })],
    numbers: runs.map((it) => medians(it, [P50, P99, P999])),
  };
}

/** The inverse of a percentile, rounded because `100 - 99.9` is not exactly 0.1. */
function oneIn(percentile: number): number {
  return Number((100 / (100 - percentile)).toPrecision(9));
}
