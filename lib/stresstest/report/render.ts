/**
 * The report of a stress test as one HTML page. Called by the stress tester's
 * `--report`. The rule: it is made from the {@linkcode Report} alone, and nothing
 * in that is taken for markup.
 *
 * @module
 */
import type { Report } from "../result.ts";
import { compared } from "./compared.ts";
import { memory } from "./memory.ts";
import { page } from "./page.ts";
import { percentiles } from "./percentiles.ts";
import { cpu, deliveries } from "./series.ts";
import { sweep } from "./sweep.ts";
import { table } from "./table.ts";

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
