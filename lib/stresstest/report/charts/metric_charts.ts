/**
 * The charts of a figure that each run has one of: run by run, or in a sweep rate by
 * rate. The rule: a scale of such a figure begins at zero.
 *
 * @module
 */
import type { Report } from "../../load/result.ts";
import { type Chart, hollowNote, medians } from "./figure.ts";
import { drawColumns } from "./bar_plot.ts";
import { grouped, type Point } from "./curve.ts";
import { drawLines, type Line } from "./line_plot.ts";
import { look } from "./series_style.ts";
import type { Compared } from "../comparable_runs.ts";
import { CPU, DELIVERIES, type Metric } from "../metrics.ts";
import { counting, fromZero } from "./scale.ts";
import { byRate, hollowAt, rates } from "./rate_axis.ts";
import type { Axis } from "./svg.ts";

/** What a chart is about. */
interface Subject {
  metric: Metric;
  title: string;
  /** The name of its upright axis. */
  axis: string;
}

/** So that no marker stands on the edge. */
const HEADROOM = 1.04;

/** Markers that fit on a line. */
const MOST_MARKERS = 25;

/** A scale spans at least this, whatever the unit, so that it is never empty. */
const LEAST = 1e-3;

/** Deliveries a second: of each run in its order, or against the offered rate. */
export function deliveries(report: Report, compared: Compared): Chart {
  const runs = Math.max(0, ...report.servers.map((it) => it.runs.length));
  const draw = report.mode === "sweep"
    ? rateByRate
    : runs > 1
    ? runByRun
    : sideBySide;
  return draw(report, compared, {
    metric: DELIVERIES,
    title: "Deliveries a second",
    axis: "deliveries to all clients",
  });
}

/** CPU per delivery: of each server, or against the offered rate. */
export function cpu(report: Report, compared: Compared): Chart {
  const draw = report.mode === "sweep" ? rateByRate : sideBySide;
  return draw(report, compared, {
    metric: CPU,
    title: "CPU per delivery",
    axis: "the server's CPU time for each delivery",
  });
}

function rateByRate(
  report: Report,
  compared: Compared,
  subject: Subject,
): Chart {
  const { metric, title } = subject;
  const lines = report.servers.map(({ runs }, i): Line => ({
    look: look(i),
    points: byRate(runs, metric),
    hollow: hollowAt(runs),
  }));
  return {
    title,
    note: `Against the offered rate.${hollowNote(report)}`,
    pictures: pictureOf(lines, subject, rates(report)),
    numbers: numbers(compared, metric),
  };
}

function runByRun(
  report: Report,
  compared: Compared,
  subject: Subject,
): Chart {
  const { metric, title } = subject;
  const last = Math.max(...report.servers.map(({ runs }) => runs.length));
  const step = Math.ceil(last / MOST_MARKERS);
  const lines = report.servers.map(({ runs }, i): Line => ({
    look: look(i),
    points: grouped(runs.flatMap((run, at): Point[] => {
      const y = metric.of(run);
      return y === null ? [] : [[at + 1, y]];
    })),
    marked: (_, at) => at % step === 0,
    hollow: (x) => runs[x - 1]!.generator.bottleneck,
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
  compared: Compared,
  subject: Subject,
): Chart {
  const { metric, title } = subject;
  const columns = report.servers.map(({ runs }, i) => ({
    look: look(i),
    values: runs.map(metric.of).filter((value) => value !== null),
  }));
  const values = columns.flatMap((column) => column.values);
  const y = axisOf(subject, values);
  return {
    title,
    note: "Columns are medians, markers the runs from first to last.",
    pictures: values.length === 0 ? [] : [drawColumns(y, columns)],
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
    scale: fromZero([highest], LEAST),
    format: metric.format,
  };
}

function numbers({ runs }: Compared, metric: Metric): string[] {
  return runs.map((it) => medians(it, [metric]));
}
