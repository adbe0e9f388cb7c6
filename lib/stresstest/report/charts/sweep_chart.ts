/**
 * The chart of latency and loss against the offered rate. The rule: the knee, the
 * highest rate that a server still followed, is marked on its lines.
 *
 * @module
 */
import type { Report } from "../../load/result.ts";
import { type Chart, hollowNote } from "./figure.ts";
import { microseconds, percent, rate } from "../format.ts";
import { drawLines, type Line } from "./line_plot.ts";
import { look } from "./series_style.ts";
import { LEAST_MICROSECONDS, LOSS, type Metric, P50, P99 } from "../metrics.ts";
import { byRate, hollowAt, rates } from "./rate_axis.ts";
import { fromZero, logarithmic } from "./scale.ts";

/** A loss below this does not fill the chart. */
const LEAST_LOSS = 0.01;

/** Latency and loss against offered rate. */
export function sweep(report: Report): Chart {
  const { servers } = report;
  const line = (metric: Metric, least: number, faint = false): Line[] =>
    servers.map(({ runs, knee }, i) => ({
      look: look(i),
      points: byRate(runs, metric, least),
      faint,
      hollow: hollowAt(runs),
      knee: faint ? null : knee,
    }));
  const latency = [
    ...line(P50, LEAST_MICROSECONDS, true),
    ...line(P99, LEAST_MICROSECONDS),
  ];
  const loss = line(LOSS, 0);
  const x = rates(report);
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
        scale: fromZero(heights(loss), LEAST_LOSS),
        format: percent,
      },
      lines: loss,
    }));
  }
  const remarks = servers.map(({ knee }) =>
    knee === null ? "no knee" : `knee ${rate(knee)}`
  );
  return {
    title: "Latency and loss against offered rate",
    note: "The ring and the upright line mark the knee: the highest offered " +
      `rate that the server still followed.${hollowNote(report)}`,
    pictures,
    numbers: remarks,
    remarks,
  };
}

function heights(lines: readonly Line[]): number[] {
  return lines.flatMap(({ points }) => points.map(({ median }) => median));
}
