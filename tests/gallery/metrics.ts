/** The metrics of a server: what stands in a row of the table, and how it is written. */
import {
  bytes,
  microseconds,
  percent,
  rate,
} from "../../lib/stresstest/report/format.ts";
import { type Spread, spread } from "../../lib/stresstest/report/spread.ts";
import { type LoadName, LOADS } from "./loads.ts";
import type { Field, ServerResult } from "./result.ts";

/** A metric of a load, as a number for each play. */
export interface Metric {
  load: LoadName;
  field: Field;
  /** Of the metric, without the load: `p99`. */
  title: string;
  format: (value: number) => string;
  /** Which is better. */
  better: "low" | "high";
}

const P50 = ["p50Microseconds", "p50", microseconds, "low"] as const;
const P99 = ["p99Microseconds", "p99", microseconds, "low"] as const;
const RATE = ["deliveriesPerSecond", "deliveries", rate, "high"] as const;
const CPU = [
  "cpuMicrosecondsPerDelivery",
  "CPU a delivery",
  microseconds,
  "low",
] as const;
const LOST = ["lost", "lost", percent, "low"] as const;
const PEAK = ["peakMemoryBytes", "memory at most", bytes, "low"] as const;
const EACH = ["bytesPerClient", "a client", bytes, "low"] as const;

type Row =
  | typeof P50
  | typeof P99
  | typeof RATE
  | typeof CPU
  | typeof LOST
  | typeof PEAK
  | typeof EACH;

/** The metrics of each load. */
const ROWS: Record<LoadName, readonly Row[]> = {
  reply: [P50, P99, RATE, CPU],
  chat: [P50, P99, CPU, LOST],
  hall: [P50, P99, CPU, LOST],
  flood: [RATE, P99, CPU, LOST, PEAK],
  idle: [EACH],
  stuck: [P99, LOST, CPU, PEAK],
};

export const METRICS: readonly Metric[] = Object.entries(ROWS).flatMap(
  ([load, rows]) =>
    rows.map(([field, title, format, better]) => ({
      load: load as LoadName,
      ...{ field, title, format, better },
    })),
);

/** The metric of a load with this title. */
export function metricOf(load: LoadName, title: string): Metric {
  return METRICS.find((each) => each.load === load && each.title === title)!;
}

/** The metrics of the overview: few enough for a page. */
export const COLUMNS: readonly { title: string; metric: Metric }[] = [
  { title: "reply, p50", metric: metricOf("reply", "p50") },
  { title: "to 50, p99", metric: metricOf("chat", "p99") },
  { title: "to 1,000, p99", metric: metricOf("hall", "p99") },
  { title: "to 1,000, CPU", metric: metricOf("hall", "CPU a delivery") },
  { title: "flat out", metric: metricOf("flood", "deliveries") },
  { title: "flat out, lost", metric: metricOf("flood", "lost") },
  { title: "an idle client", metric: metricOf("idle", "a client") },
  { title: "200 stuck, memory", metric: metricOf("stuck", "memory at most") },
];

/** The load and the metric: `2,000/s to 50, p99`. */
export function fullTitle({ load, title }: Metric): string {
  return `${LOADS[load].title}, ${title}`;
}

/** What was measured; `null` if nothing was. */
export function valueOf(
  { loads }: ServerResult,
  { load, field }: Metric,
): Spread | null {
  return spread((loads[load] ?? []).map((run) => run[field]));
}

/** How much worse than the best a metric may be to be among the best. */
const ABOUT = 1.25;

/** The servers with the best metric, and those that are hardly worse; none if most are. */
export function bestOf(
  servers: readonly ServerResult[],
  metric: Metric,
): ServerResult[] {
  const found = servers.flatMap((server) => {
    const value = failureOf(server, metric.load)
      ? null
      : valueOf(server, metric);
    return value ? [{ server, median: value.median }] : [];
  });
  const medians = found.map(({ median }) => median);
  const isHigh = metric.better === "high";
  const best = isHigh ? Math.max(...medians) : Math.min(...medians);
  const all = found.filter(({ median }) =>
    isHigh ? median * ABOUT >= best : median <= best * ABOUT
  ).map(({ server }) => server);
  return all.length * 2 > servers.length && servers.length > 2 ? [] : all;
}

/** What a server did in a load instead of bearing it, if it did not. */
export function failureOf(
  { loads }: ServerResult,
  load: LoadName,
): string | undefined {
  const violation = loads[load]?.flatMap(({ violations }) => violations)
    .find(({ verdict }) => ["died", "stalled", "cut"].includes(verdict));
  return violation && `${violation.verdict}: ${violation.text}`;
}

/** Whether the tester was the bottleneck in most plays of a load. */
export function isTesters({ loads }: ServerResult, load: LoadName): boolean {
  const runs = loads[load] ?? [];
  const some = runs.filter(({ bottleneck }) => bottleneck !== null);
  return some.length * 2 > runs.length;
}
