/**
 * The chart of latency and loss against the offered rate. The knee, the highest rate
 * with which a server kept up, is marked on its lines.
 *
 * @module
 */
import type { Report } from "../report.ts";
import { type Chart, hollowNote } from "./figure.ts";
import { microseconds, percent, rate } from "../format.ts";
import { isExact } from "../knees.ts";
import { drawLines, type Line } from "./line_plot.ts";
import { seriesStyle } from "./series_style.ts";
import { LOSS, type Metric, P50, P99 } from "../metrics.ts";
import { byRate, hollowAt, rateAxis } from "./rate_axis.ts";
import { fromZero, logarithmic, MIN_MICROSECONDS } from "./scale.ts";

/** The least range of the loss axis, so that a smaller loss does not fill the chart. */
const MIN_LOSS_RANGE = 0.01;

/** Latency and loss against offered rate. */
export function sweepChart(report: Report): Chart {
  const { servers } = report;
  const line = (metric: Metric, least: number, faint = false): Line[] =>
    servers.map(({ runs, knee }, i) => ({
      style: seriesStyle(i),
      points: byRate(runs, metric, least),
      faint,
      hollow: hollowAt(runs),
      knee: faint ? null : knee,
    }));
  const latency = [
    ...line(P50, MIN_MICROSECONDS, true),
    ...line(P99, MIN_MICROSECONDS),
  ];
  const loss = line(LOSS, 0);
  const x = rateAxis(report);
  const pictures = [];
  if (heights(latency).length > 0) {
    pictures.push(drawLines({
      x,
      y: {
        name: "latency p99 (thin: p50), log scale",
        scale: logarithmic(heights(latency)),
        format: microseconds,
      },
      lines: latency,
    }));
  }
  if (heights(loss).length > 0) {
    pictures.push(drawLines({
      x,
      y: {
        name: "deliveries lost",
        scale: fromZero(heights(loss), MIN_LOSS_RANGE),
        format: percent,
      },
      lines: loss,
    }));
  }
  const remarks = servers.map((server) => {
    if (server.knee === null) return "no knee";
    return `knee ${isExact(server) ? "" : "at least "}${rate(server.knee)}`;
  });
  return {
    title: "Latency and loss against offered rate",
    note: "The ring and the upright line mark the knee: the highest offered " +
      `rate with which the server kept up.${hollowNote(report)}`,
    pictures,
    numbers: remarks,
    remarks,
  };
}

function heights(lines: readonly Line[]): number[] {
  return lines.flatMap(({ points }) => points.map(({ median }) => median));
}
