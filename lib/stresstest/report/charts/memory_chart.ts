/**
 * The chart of memory over time. Runs under one load are combined; the rates of a
 * sweep follow one another.
 *
 * @module
 */
import type { RunResult } from "../../load/result.ts";
import type { Report } from "../report.ts";
import { type Chart, medians } from "./figure.ts";
import { across, type Point, type SpreadPoint, thinned } from "./curve.ts";
import { count, seconds } from "../format.ts";
import { drawLines, type Line } from "./line_plot.ts";
import { seriesStyle } from "./series_style.ts";
import { PEAK_MEMORY, spreadOf } from "../metrics.ts";
import { fromZero, fromZeroTo } from "./scale.ts";

/** Units of the scale, so that its ticks are round numbers in one of them. */
const UNITS = [
  { name: "GiB", bytes: 1024 ** 3 },
  { name: "MiB", bytes: 1024 ** 2 },
] as const;

type Unit = typeof UNITS[number];

/** The most points of a line; more cannot be seen on a small chart. */
const MAX_POINTS = 160;
const MARKERS = 8;

/** The least range of the time axis, for a run that ended before its second sample. */
const MIN_SECONDS = 0.001;

/** Memory over time. */
export function memoryChart(report: Report): Chart {
  const swept = report.mode === "sweep";
  const unit = unitFor(report);
  const lines = report.servers.map(({ runs }, i): Line => {
    const points = swept ? endToEnd(runs, unit) : combined(runs, unit);
    const step = Math.ceil(points.length / MARKERS);
    return {
      style: seriesStyle(i),
      points,
      band: !swept,
      marked: (_, at) => at % step === Math.floor(step / 2),
    };
  });
  const points = lines.flatMap((line) => line.points);
  return {
    title: "Memory over time",
    note: swept
      ? "Resident memory of the server and its children, the rates one after another."
      : "Resident memory of the server and its children. Lines are medians of runs, shades their range.",
    pictures: points.length === 0 ? [] : [drawLines({
      x: {
        name: swept
          ? "time since the first rate began"
          : "time since the run began",
        scale: fromZeroTo(Math.max(MIN_SECONDS, ...points.map(({ x }) => x))),
        format: seconds,
      },
      y: {
        name: "resident memory",
        scale: fromZero(points.map(({ max }) => max), 1),
        format: (value) => `${count(value)} ${unit.name}`,
      },
      lines,
    })],
    numbers: report.servers.map(({ runs }) => medians(runs, [PEAK_MEMORY])),
  };
}

/** The largest unit that is not larger than the highest peak. */
function unitFor({ servers }: Report): Unit {
  const runs = servers.flatMap(({ runs }) => runs);
  const highest = spreadOf(PEAK_MEMORY, runs)?.max ?? 0;
  return UNITS.find(({ bytes }) => highest >= bytes) ?? UNITS[1];
}

function curves(runs: readonly RunResult[], unit: Unit): Point[][] {
  return runs.flatMap(({ server }) =>
    server === null || server.memory.length === 0
      ? []
      : [server.memory.map(([at, size]): Point => [at, size / unit.bytes])]
  );
}

function combined(runs: readonly RunResult[], unit: Unit): SpreadPoint[] {
  const all = curves(runs, unit);
  if (all.length <= 1) return singleCurve(thinned(all[0] ?? [], MAX_POINTS));
  const end = Math.max(...all.map((curve) => curve.at(-1)![0]));
  const times = Array.from(
    { length: MAX_POINTS + 1 },
    (_, i) => i * end / MAX_POINTS,
  );
  return across(all, times);
}

function endToEnd(runs: readonly RunResult[], unit: Unit): SpreadPoint[] {
  let start = 0;
  const points = curves(runs, unit).flatMap((curve) => {
    const begin = start;
    start += curve.at(-1)![0];
    return curve.map(([at, size]): Point => [begin + at, size]);
  });
  return singleCurve(thinned(points, MAX_POINTS));
}

function singleCurve(points: readonly Point[]): SpreadPoint[] {
  return points.map(([x, y]) => ({ x, median: y, min: y, max: y }));
}
