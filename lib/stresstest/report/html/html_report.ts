/**
 * The report of a stress test as one HTML page. Called by the stress tester's
 * `--report`. The rule: it is made from the {@linkcode Report} alone, and nothing
 * in that is taken for markup.
 *
 * @module
 */
import type { Report } from "../../load/result.ts";
import { compared } from "../comparable_runs.ts";
import { memory } from "../charts/memory_chart.ts";
import { page } from "./page.ts";
import { percentiles } from "../charts/latency_chart.ts";
import { cpu, deliveries } from "../charts/metric_charts.ts";
import { sweep } from "../charts/sweep_chart.ts";
import { table } from "./metrics_table.ts";

/** Makes a self-contained HTML page: no scripts, nothing to load. */
export function renderReport(report: Report): string {
  const sameLoad = compared(report);
  const charts = [
    ...(report.mode === "sweep" ? [sweep(report)] : []),
    percentiles(report, sameLoad),
    deliveries(report, sameLoad),
    cpu(report, sameLoad),
    memory(report),
  ];
  return page(report, table(report, sameLoad), charts).toString();
}
