/**
 * The report as JSON: all data of all runs, the median and range of each metric for
 * each server over the runs that can be compared, and the sentences that the other
 * reports show.
 *
 * @module
 */
import { comparableRuns } from "./comparable_runs.ts";
import { headline } from "./headline.ts";
import { kneeClaim, ranking } from "./knees.ts";
import { METRICS, spreadOf } from "./metrics.ts";
import { notes } from "./notes.ts";
import type { Report } from "./report.ts";

/** The text that `--json` writes. */
export function renderJson(report: Report): string {
  const { runs, basis } = comparableRuns(report);
  const metrics = METRICS.map((metric) => ({
    name: metric.name,
    unit: metric.unit,
    lowerIsBetter: metric.lowerIsBetter,
    servers: runs.map((each) => spreadOf(metric, each)),
  }));
  const { word, rest } = headline(report);
  return JSON.stringify(
    {
      headline: `${word}: ${rest}`,
      ranking: ranking(report),
      notes: notes(report),
      ...report,
      servers: report.servers.map((server) =>
        report.mode === "sweep"
          ? { ...server, claim: kneeClaim(server) }
          : server
      ),
      metricsBasis: basis,
      metrics,
    },
    null,
    2,
  );
}
