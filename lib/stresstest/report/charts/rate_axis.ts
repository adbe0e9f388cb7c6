/**
 * The offered rates of a sweep: the axis that its charts share, and what stands
 * above it. The rule: runs at one rate are one point.
 *
 * @module
 */
import type { Report, RunResult } from "../../load/result.ts";
import { grouped, type Point, type SpreadPoint } from "./curve.ts";
import { short } from "../format.ts";
import type { Metric } from "../metrics.ts";
import { fromZeroTo, logarithmic } from "./scale.ts";
import type { Axis } from "./svg.ts";

/** From so many times the lowest rate on, the rates are on a log scale. */
const WIDE_RATES = 20;

/** Where no rate was offered. */
const LEAST_RATE = 1;

/** The axis of offered rates. */
export function rates(report: Report): Axis {
  const offered = report.servers.flatMap(({ runs }) => runs)
    .map((run) => run.offeredRate ?? 0).filter((it) => it > 0);
  const highest = Math.max(LEAST_RATE, ...offered);
  const log = highest / Math.min(highest, ...offered) >= WIDE_RATES;
  return {
    name: `offered messages a second${log ? ", log scale" : ""}`,
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
    runs.some((run) => run.offeredRate === rate && run.generator.bottleneck);
}
