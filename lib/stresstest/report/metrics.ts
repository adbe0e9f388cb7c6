/**
 * The figures of a run, by name: the rows of the table. The rule: each is read
 * from one run alone, so that any set of runs can be summed up.
 *
 * @module
 */
import type { Latency, RunResult, Usage } from "../load/result.ts";
import { bytes, count, microseconds, percent, rate } from "./format.ts";

/** One figure of a run. */
export interface Metric {
  name: string;
  /** `null` where it was not measured. */
  of(run: RunResult): number | null;
  format(value: number): string;
}

/** Figures that belong together. */
export interface MetricGroup {
  name: string;
  metrics: Metric[];
}

export const DELIVERIES: Metric = metric(
  "Deliveries a second",
  rate,
  (run) => run.deliveriesPerSecond,
);

/** Of what there would have been. */
export const LOSS: Metric = metric(
  "Share lost",
  percent,
  (run) => run.lost / run.expected,
);

/** A logarithm knows no zero: what is faster is drawn here. */
export const LEAST_MICROSECONDS = 1;

export const P50: Metric = latency("p50", (it) => it.p50Microseconds);
export const P99: Metric = latency("p99", (it) => it.p99Microseconds);
export const P999: Metric = latency("p99.9", (it) => it.p999Microseconds);

export const CPU: Metric = metric(
  "CPU per delivery",
  microseconds,
  (run) => run.server?.cpuMicrosecondsPerDelivery,
);

export const PEAK_MEMORY: Metric = memory("Peak", (it) => it.peakMemoryBytes);

/** All rows of the table, in its order. */
export const METRICS: readonly MetricGroup[] = [
  {
    name: "Deliveries",
    metrics: [
      DELIVERIES,
      metric("Delivered", count, (run) => run.received),
      metric("Lost", count, (run) => run.lost),
      LOSS,
    ],
  },
  {
    name: "Latency",
    metrics: [
      P50,
      latency("p90", (it) => it.p90Microseconds),
      P99,
      P999,
      latency("Longest", (it) => it.maxMicroseconds),
    ],
  },
  { name: "Processor", metrics: [CPU] },
  {
    name: "Memory",
    metrics: [
      memory("Start", (it) => it.startMemoryBytes),
      PEAK_MEMORY,
      memory("End", (it) => it.endMemoryBytes),
    ],
  },
  {
    name: "Tester",
    metrics: [
      metric(
        "Sent late by, p99",
        microseconds,
        (run) => run.generator.slipP99Microseconds,
      ),
    ],
  },
];

function latency(name: string, of: (latency: Latency) => number): Metric {
  return metric(name, microseconds, (run) => run.latency && of(run.latency));
}

function memory(name: string, of: (usage: Usage) => number): Metric {
  return metric(name, bytes, (run) => run.server && of(run.server));
}

/** What a run without deliveries divides by zero was not measured either. */
function metric(
  name: string,
  format: (value: number) => string,
  of: (run: RunResult) => number | null | undefined,
): Metric {
  return {
    name,
    format,
    of(run) {
      const value = of(run) ?? NaN;
      return Number.isFinite(value) ? value : null;
    },
  };
}
