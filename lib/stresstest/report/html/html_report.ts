/**
 * The report as one HTML page, for `--report`. It is made from the
 * {@linkcode Report} alone, and nothing in that is taken for markup.
 *
 * @module
 */
import { latencyChart } from "../charts/latency_chart.ts";
import { memoryChart } from "../charts/memory_chart.ts";
import { cpuChart, deliveriesChart } from "../charts/metric_charts.ts";
import { sweepChart } from "../charts/sweep_chart.ts";
import { comparableRuns } from "../comparable_runs.ts";
import type { Report } from "../report.ts";
import { metricsTable } from "./metrics_table.ts";
import { page } from "./page.ts";

/** Makes a self-contained HTML page: no scripts, nothing to load. */
export function renderHtml(report: Report): string {
  const comparable = comparableRuns(report);
  const charts = [
    ...(report.mode === "sweep" ? [sweepChart(report)] : []),
    latencyChart(report, comparable),
    deliveriesChart(report, comparable),
    cpuChart(report, comparable),
    memoryChart(report),
  ];
  return page(report, metricsTable(report, comparable), charts).toString();
}
