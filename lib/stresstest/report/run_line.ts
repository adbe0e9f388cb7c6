/**
 * One line for each run, printed as the run ends.
 *
 * @module
 */
import type { RunResult } from "../load/result.ts";
import { count, plural, seconds } from "./format.ts";
import { DELIVERIES, LOSS, P50, P99 } from "./metrics.ts";

/** The line of a run. In reference mode it starts as the reference tester's does. */
export function runLine(run: RunResult): string {
  const { received, expected, offeredRate } = run;
  const parts = [`${count(received)} of ${count(expected)} received`];
  const lost = LOSS.of(run) ?? 0;
  if (offeredRate === null) {
    parts.push(`drop rate ${count(lost)}`, seconds(run.seconds));
  } else {
    parts.unshift(`${count(offeredRate)} messages/s`);
    parts.push(
      `${LOSS.format(lost)} lost`,
      `${DELIVERIES.format(run.deliveriesPerSecond)} deliveries/s`,
    );
  }
  for (const [name, { of, format }] of Object.entries({ p50: P50, p99: P99 })) {
    const latency = of(run);
    if (latency !== null) parts.push(`${name} ${format(latency)}`);
  }
  if (run.cuts) parts.push(`${plural(run.cuts.clients, "client")} cut`);
  if (run.interrupted) parts.push("interrupted");
  return parts.join(", ");
}
