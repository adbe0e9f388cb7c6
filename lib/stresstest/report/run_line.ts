/**
 * One line for each run, printed as the run ends.
 *
 * @module
 */
import type { RunResult } from "../load/result.ts";
import { count, microseconds, percent, plural, seconds } from "./format.ts";
import { DELIVERIES, LOSS } from "./metrics.ts";

/** The line of a run. In reference mode it starts as the reference tester's does. */
export function runLine(run: RunResult): string {
  const { received, expected, latency, offeredRate } = run;
  const parts = [`${count(received)} of ${count(expected)} received`];
  const lost = LOSS.of(run) ?? 0;
  if (offeredRate === null) {
    parts.push(`drop rate ${count(lost)}`, seconds(run.seconds));
  } else {
    parts.unshift(`${count(offeredRate)} messages/s`);
    parts.push(
      `${percent(lost)} lost`,
      `${DELIVERIES.format(run.deliveriesPerSecond)} deliveries/s`,
    );
  }
  if (latency) {
    parts.push(
      `p50 ${microseconds(latency.p50Microseconds)}`,
      `p99 ${microseconds(latency.p99Microseconds)}`,
    );
  }
  if (run.cuts) parts.push(`${plural(run.cuts.clients, "client")} cut`);
  if (run.interrupted) parts.push("interrupted");
  return parts.join(", ");
}
