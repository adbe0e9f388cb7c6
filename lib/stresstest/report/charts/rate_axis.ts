/**
 * The axis of offered rates, which the charts of a sweep share. Runs at one rate are
 * one point on it.
 *
 * @module
 */
import type { RunResult } from "../../load/result.ts";
import type { Report } from "../report.ts";
import { grouped, type Point, type SpreadPoint } from "./curve.ts";
import { short } from "../format.ts";
import type { Metric } from "../metrics.ts";
import { fromZeroTo, logarithmic } from "./scale.ts";
import type { Axis } from "./svg.ts";

/** If the highest rate is this many times the lowest, the axis has a log scale. */
const WIDE_RATES = 20;

/** The range of the axis if there was no rate. */
const MIN_RATE = 1;

/** The axis of offered rates. */
export function rateAxis(report: Report): Axis {
  const offered = report.servers.flatMap(({ runs }) => runs)
    .map((run) => run.offeredRate ?? 0).filter((it) => it > 0);
  const highest = Math.max(MIN_RATE, ...offered);
  const log = highest / Math.min(highest, ...offered) >= WIDE_RATES;
  return {
    name: `offered messages per second${log ? ", log scale" : ""}`,
    scale: log ? logarithmic(offered) : fromZeroTo(highest),
    format: short,
  };
}

/** A metric at the rates of a sweep, drawn no lower than `least`. */
export function byRate(
  runs: readonly RunResult[],
  metric: Metric,
  least = 0,
): SpreadPoint[] {
  return grouped(runs.flatMap((run): Point[] => {
    const y = metric.of(run);
    if (y === null || !run.offeredRate) return [];
    return [[run.offeredRate, Math.max(y, least)]];
  }));
}

/** Whether the tester was the bottleneck at a rate. */
export function hollowAt(
  runs: readonly RunResult[],
): (rate: number) => boolean {
  return (rate) =>
    runs.some((run) => run.offeredRate === rate && run.tester.bottleneck);
}
