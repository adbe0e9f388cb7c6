/**
 * The metrics of a run: the one table that feeds the table in the terminal, the HTML
 * report, its charts, the JSON file and the comparison of servers.
 *
 * @module
 */
import type { Latency } from "../checks/latency_histogram.ts";
import type { RunResult } from "../load/result.ts";
import type { Usage } from "../target/usage_monitor.ts";
import {
  bytes,
  count,
  microseconds,
  percent,
  seconds,
  short,
  times,
} from "./format.ts";
import { type Spread, spread } from "./spread.ts";

/** One number that every run has, or `null` where it was not measured. */
export interface Metric {
  /** Unique; the name in tables, charts and JSON. */
  name: string;
  /** The unit of {@linkcode Metric.of}. */
  unit: string;
  /** Whether the better server has the lower value; `null` if neither is better. */
  lowerIsBetter: boolean | null;
  /** The value of a run. */
  of(run: RunResult): number | null;
  /** Writes a value with its unit. */
  format(value: number): string;
}

type Value = (run: RunResult) => number | null | undefined;

/** What a metric says of a server: the median and range over its runs. */
export function spreadOf(
  metric: Metric,
  runs: readonly RunResult[],
): Spread | null {
  return spread(runs.map(metric.of));
}

/** A server in one metric, beside the server it is compared to. */
export interface Comparison {
  /** The ratio of the medians; `null` to a median of 0. */
  ratio: number | null;
  /** `undefined` if the difference may be chance. */
  verdict: "better" | "worse" | undefined;
}

/** The fewest runs of each server from which one is called better: ranges of fewer often do not overlap by chance. */
const MIN_RUNS = 3;

/** Compares `value` to `base`; `null` if that has no meaning. */
export function compare(
  { lowerIsBetter }: Metric,
  value: Spread | null,
  base: Spread | null,
): Comparison | null {
  if (lowerIsBetter === null || !value || !base) return null;
  const ratio = base.median === 0 ? null : value.median / base.median;
  const lower = value.max < base.min;
  const higher = value.min > base.max;
  const isChance = Math.min(value.runs, base.runs) < MIN_RUNS ||
    !lower && !higher || ratio !== null && times(ratio) === times(1);
  return {
    ratio,
    verdict: isChance
      ? undefined
      : lower === lowerIsBetter
      ? "better"
      : "worse",
  };
}

export const DELIVERIES: Metric = {
  name: "deliveries/s",
  unit: "1/s",
  lowerIsBetter: false,
  of: measured((run) => run.deliveriesPerSecond),
  format: short,
};

/** The share of the expected deliveries. */
export const LOSS: Metric = {
  name: "lost",
  unit: "share",
  lowerIsBetter: true,
  of: measured((run) => run.lost / run.expected),
  format: percent,
};

export const P50: Metric = latency("p50", (it) => it.p50Microseconds);
export const P99: Metric = latency("p99", (it) => it.p99Microseconds);
export const P999: Metric = latency("p99.9", (it) => it.p999Microseconds);

/** The server's CPU time. */
export const CPU: Metric = {
  name: "CPU per delivery",
  unit: "µs",
  lowerIsBetter: true,
  of: measured((run) => run.server?.cpuMicrosecondsPerDelivery),
  format: microseconds,
};

export const PEAK_MEMORY: Metric = memory("peak", (it) => it.peakMemoryBytes);

/** Of the tester itself, so it compares no servers. Only a load has intended times. */
export const SEND_DELAY: Metric = {
  name: "send delay p99",
  unit: "µs",
  lowerIsBetter: null,
  of: measured((run) =>
    run.offeredRate === null || run.sent === 0
      ? null
      : run.tester.sendDelayP99Microseconds
  ),
  format: microseconds,
};

/** All metrics, in the order of the tables. */
export const METRICS: readonly Metric[] = [
  {
    name: "messages sent",
    unit: "messages",
    lowerIsBetter: null,
    of: measured((run) => run.sent),
    format: count,
  },
  {
    name: "delivered",
    unit: "deliveries",
    lowerIsBetter: false,
    of: measured((run) => run.received),
    format: count,
  },
  LOSS,
  {
    name: "duration",
    unit: "s",
    lowerIsBetter: true,
    // Without a delivery there is no last one to measure to.
    of: measured((run) => run.received > 0 ? run.seconds : null),
    format: seconds,
  },
  DELIVERIES,
  P50,
  latency("p90", (it) => it.p90Microseconds),
  P99,
  P999,
  latency("max", (it) => it.maxMicroseconds),
  {
    name: "server CPU",
    unit: "s",
    lowerIsBetter: true,
    // The system counts in ticks of 10 ms: less than one was not measured.
    of: measured((run) => run.server?.cpuSeconds || null),
    format: seconds,
  },
  CPU,
  memory("start", (it) => it.startMemoryBytes),
  PEAK_MEMORY,
  memory("end", (it) => it.endMemoryBytes),
  {
    name: "memory growth",
    unit: "bytes/s",
    // It is mostly what the runtime does, so it compares no servers.
    lowerIsBetter: null,
    of: measured((run) => run.server && slope(run.server.memory)),
    format: (value) => `${value < 0 ? "−" : ""}${bytes(Math.abs(value))}/s`,
  },
  SEND_DELAY,
];

function latency(name: string, of: (latency: Latency) => number): Metric {
  return {
    name: `latency ${name}`,
    unit: "µs",
    lowerIsBetter: true,
    of: measured((run) => run.latency && of(run.latency)),
    format: microseconds,
  };
}

function memory(name: string, of: (usage: Usage) => number): Metric {
  return {
    name: `memory ${name}`,
    unit: "bytes",
    lowerIsBetter: true,
    of: measured((run) => run.server && of(run.server)),
    format: bytes,
  };
}

/** The shortest time that shows growth, in seconds. */
const MIN_GROWTH_TIME = 1;

/** The slope of the line of least squares through the points. */
function slope(points: readonly [number, number][]): number | null {
  const [first = [0], last = [0]] = [points.at(0), points.at(-1)];
  if (last[0] - first[0] < MIN_GROWTH_TIME) return null;
  const mean = (at: 0 | 1) =>
    points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  let [covariance, variance] = [0, 0];
  for (const [x, y] of points) {
    covariance += (x - meanX) * (y - meanY);
    variance += (x - meanX) ** 2;
  }
  return covariance / variance;
}

/** A quotient of a run without deliveries (0/0) was not measured either. */
function measured(of: Value): Metric["of"] {
  return (run) => {
    const value = of(run) ?? NaN;
    return Number.isFinite(value) ? value : null;
  };
}
