/**
 * The report as JSON: all data of all runs, and the median and range of each metric
 * for each server.
 *
 * @module
 */
import { METRICS, spreadOf } from "./metrics.ts";
import type { Report } from "./report.ts";

/** The text that `--json` writes. */
export function renderJson(report: Report): string {
  const metrics = METRICS.map((metric) => ({
    name: metric.name,
    unit: metric.unit,
    lowerIsBetter: metric.lowerIsBetter,
    servers: report.servers.map(({ runs }) => spreadOf(metric, runs)),
  }));
  return JSON.stringify({ ...report, metrics }, null, 2);
}
