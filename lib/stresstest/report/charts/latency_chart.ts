/**
 * The chart of latency by percentile. The rule: it shows the tail, so each further
 * nine has as much room as the one before.
 *
 * @module
 */
import type { Report } from "../../load/result.ts";
import { type Chart, medians } from "./figure.ts";
import type { Compared } from "../comparable_runs.ts";
import { across } from "./curve.ts";
import { microseconds } from "../format.ts";
import { drawLines, type Line } from "./line_plot.ts";
import { look } from "./series_style.ts";
import { LEAST_MICROSECONDS, P50, P99, P999 } from "../metrics.ts";
import { logarithmic, type Scale } from "./scale.ts";

/** One in so many is slower: percentiles 50, 90, 99, 99.9 and 99.99. */
const TICKS = [2, 10, 100, 1000, 10_000];

const SCALE: Scale = { log: true, min: 2, max: 10_000, ticks: TICKS };

/** Places between two ticks where the line may bend. */
const BENDS = 8;

const PLACES = TICKS.flatMap((tick, i) =>
  Array.from({ length: BENDS }, (_, bend) => {
    const next = TICKS[i + 1];
    return next && tick * (next / tick) ** (bend / BENDS);
  })
).filter((place) => place !== undefined).concat(TICKS.at(-1)!);

/** Latency by percentile. */
export function percentiles(report: Report, { runs, basis }: Compared): Chart {
  const lines = report.servers.map((_, i): Line => ({
    look: look(i),
    points: across(
      runs[i]!.flatMap(({ latency }) =>
        latency === null ? [] : [
          latency.percentiles.map((
            [percentile, value],
          ): [number, number] => [
            oneIn(percentile),
            Math.max(value, LEAST_MICROSECONDS),
          ]),
        ]
      ),
      PLACES,
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

/** Rounded, for `100 - 99.9` is not quite a tenth. */
function oneIn(percentile: number): number {
  return Number((100 / (100 - percentile)).toPrecision(9));
}
