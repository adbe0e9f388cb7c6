/**
 * The report as JSON: all data of all runs, the median and range of each metric for
 * each server, and the sentences that the other reports show.
 *
 * @module
 */
import { headline } from "./headline.ts";
import { kneeClaim } from "./knees.ts";
import { METRICS, spreadOf } from "./metrics.ts";
import { notes } from "./notes.ts";
import type { Report } from "./report.ts";

/** The text that `--json` writes. */
export function renderJson(report: Report): string {
  const metrics = METRICS.map((metric) => ({
    name: metric.name,
    unit: metric.unit,
    lowerIsBetter: metric.lowerIsBetter,
    servers: report.servers.map(({ runs }) => spreadOf(metric, runs)),
  }));
  const { word, rest } = headline(report);
  return JSON.stringify(
    {
      headline: `${word}: ${rest}`,
      notes: notes(report),
      ...report,
      servers: report.servers.map((server) =>
        report.mode === "sweep"
          ? { ...server, claim: kneeClaim(server) }
          : server
      ),
      metrics,
    },
    null,
    2,
  );
}
