/**
 * The charts of one metric: run by run, or in a sweep rate by rate. Their scales start
 * at zero.
 *
 * @module
 */
import type { Report } from "../report.ts";
import { type Chart, hollowNote, medians } from "./figure.ts";
import { drawBars } from "./bar_plot.ts";
import { grouped, type Point } from "./curve.ts";
import { drawLines, type Line } from "./line_plot.ts";
import { seriesStyle } from "./series_style.ts";
import type { ComparableRuns } from "../comparable_runs.ts";
import { CPU, DELIVERIES, type Metric } from "../metrics.ts";
import { counting, fromZero } from "./scale.ts";
import { byRate, hollowAt, rateAxis } from "./rate_axis.ts";
import type { Axis } from "./svg.ts";

/** The metric of a chart, and its words. */
interface Subject {
  metric: Metric;
  title: string;
  /** The name of its upright axis. */
  axis: string;
}

/** Room above the highest value, so that no marker is on the edge. */
const HEADROOM = 1.04;

/** The most markers on a line. */
const MAX_MARKERS = 25;

/** The least range of a scale, whatever the unit, so that it is never empty. */
const MIN_RANGE = 1e-3;

/** Deliveries a second: of each run in its order, or against the offered rate. */
export function deliveriesChart(
  report: Report,
  compared: ComparableRuns,
): Chart {
  const runs = Math.max(0, ...report.servers.map((it) => it.runs.length));
  const draw = report.mode === "sweep"
    ? rateByRate
    : runs > 1
    ? runByRun
    : sideBySide;
  return draw(report, compared, {
    metric: DELIVERIES,
    title: "Deliveries per second",
    axis: "deliveries/s to all clients",
  });
}

/** CPU per delivery: of each server, or against the offered rate. */
export function cpuChart(report: Report, compared: ComparableRuns): Chart {
  const draw = report.mode === "sweep" ? rateByRate : sideBySide;
  return draw(report, compared, {
    metric: CPU,
    title: "CPU per delivery",
    axis: "the server's CPU time for each delivery",
  });
}

function rateByRate(
  report: Report,
  compared: ComparableRuns,
  subject: Subject,
): Chart {
  const { metric, title } = subject;
  const lines = report.servers.map(({ runs }, i): Line => ({
    style: seriesStyle(i),
    points: byRate(runs, metric),
    hollow: hollowAt(runs),
  }));
  return {
    title,
    note: `Against the offered rate.${hollowNote(report)}`,
    pictures: pictureOf(lines, subject, rateAxis(report)),
    numbers: numbers(compared, metric),
  };
}

function runByRun(
  report: Report,
  compared: ComparableRuns,
  subject: Subject,
): Chart {
  const { metric, title } = subject;
  const last = Math.max(...report.servers.map(({ runs }) => runs.length));
  const step = Math.ceil(last / MAX_MARKERS);
  const lines = report.servers.map(({ runs }, i): Line => ({
    style: seriesStyle(i),
    points: grouped(runs.flatMap((run, at): Point[] => {
      const y = metric.of(run);
      return y === null ? [] : [[at + 1, y]];
    })),
    marked: (_, at) => at % step === 0,
    hollow: (x) => runs[x - 1]!.tester.bottleneck !== null,
  }));
  return {
    title,
    note: `Of each run, in their order.${hollowNote(report)}`,
    pictures: pictureOf(lines, subject, {
      name: "run",
      scale: counting(last),
      format: String,
    }),
    numbers: numbers(compared, metric),
  };
}

function sideBySide(
  report: Report,
  compared: ComparableRuns,
  subject: Subject,
): Chart {
  const { metric, title } = subject;
  const bars = report.servers.map(({ runs }, i) => ({
    style: seriesStyle(i),
    values: runs.map(metric.of).filter((value) => value !== null),
  }));
  const values = bars.flatMap((bar) => bar.values);
  const y = axisOf(subject, values);
  return {
    title,
    note: "Bars are medians, markers the runs from first to last.",
    pictures: values.length === 0 ? [] : [drawBars(y, bars)],
    numbers: numbers(compared, metric),
  };
}

function pictureOf(
  lines: Line[],
  subject: Subject,
  x: Axis,
): string[] {
  const heights = lines.flatMap(({ points }) => points.map(({ max }) => max));
  if (heights.length === 0) return [];
  return [drawLines({ x, y: axisOf(subject, heights), lines })];
}

function axisOf({ metric, axis }: Subject, values: number[]): Axis {
  const highest = Math.max(...values) * HEADROOM;
  return {
    name: axis,
    scale: fromZero([highest], MIN_RANGE),
    format: metric.format,
  };
}

function numbers({ runs }: ComparableRuns, metric: Metric): string[] {
  return runs.map((it) => medians(it, [metric]));
}
