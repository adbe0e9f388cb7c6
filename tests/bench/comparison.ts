/**
 * Servers side by side, as the README shows them: a column for each, and in it
 * medians of all rounds.
 */
import {
  bytes,
  count,
  microseconds,
  percent,
} from "../../lib/stresstest/report/format.ts";
import { short } from "../../lib/stresstest/report/format.ts";
import type { RunResult } from "../../lib/stresstest/load/result.ts";
import { spread } from "../../lib/stresstest/report/spread.ts";
import type { Flood } from "./flood.ts";
import type { Load } from "./loads.ts";
import { median, table } from "./tool.ts";

/** What is played against each: a room and a hall. */
export const LOADS: readonly Load[] = [
  { seconds: 3, rate: 2000, publishers: 2, subscribers: 50 },
  { seconds: 3, rate: 1000, publishers: 2, subscribers: 1000 },
];

/** What came of a server. */
export interface Outcome {
  name: string;
  lockstep: RunResult[];
  /** The runs of each of {@linkcode LOADS}. */
  loads: RunResult[][];
  floods: Flood[];
}

/** A column for each server. */
export function comparison(outcomes: readonly Outcome[]): string {
  const row = (
    name: string,
    of: (outcome: Outcome) => number | undefined,
    write: (value: number) => string,
  ) => [
    name,
    ...outcomes.map((outcome) => {
      const value = of(outcome);
      return value === undefined ? "–" : write(value);
    }),
  ];
  const flooded = (of: (flood: Flood) => number) => (outcome: Outcome) =>
    spread(outcome.floods.map(of))?.median;
  return table([
    ["", ...outcomes.map(({ name }) => name)],
    row(
      "request and reply, p50",
      ({ lockstep }) => p50(lockstep),
      microseconds,
    ),
    row(
      "request and reply, p99",
      ({ lockstep }) => p99(lockstep),
      microseconds,
    ),
    ...LOADS.flatMap(({ rate, subscribers }, at) => {
      const load = `${count(rate)}/s to ${count(subscribers)} clients`;
      return [
        row(`${load}, p50`, ({ loads }) => p50(loads[at]!), microseconds),
        row(`${load}, p99`, ({ loads }) => p99(loads[at]!), microseconds),
        row(
          `${load}, CPU a delivery`,
          ({ loads }) => cost(loads[at]!),
          microseconds,
        ),
        row(`${load}, lost`, ({ loads }) => lost(loads[at]!), percent),
      ];
    }),
    row(
      "flat out, deliveries/s",
      flooded((it) => it.deliveriesPerSecond),
      short,
    ),
    row(
      "flat out, CPU a delivery",
      flooded((it) => it.cpuMicrosecondsPerDelivery),
      microseconds,
    ),
    row("flat out, lost or 2 s late", flooded((it) => it.missing), percent),
    row("memory at most", ({ loads }) => peak(loads.flat()), bytes),
    [
      "one order for all",
      ...outcomes.map(({ lockstep, loads }) =>
        ordered([...lockstep, ...loads.flat()]) ? "yes" : "no"
      ),
    ],
  ]);
}

function p50(runs: readonly RunResult[]): number | undefined {
  return median(runs, ({ latency }) => latency?.p50Microseconds);
}

function p99(runs: readonly RunResult[]): number | undefined {
  return median(runs, ({ latency }) => latency?.p99Microseconds);
}

function cost(runs: readonly RunResult[]): number | undefined {
  return median(
    runs,
    ({ server }) => server?.cpuMicrosecondsPerDelivery ?? undefined,
  );
}

function lost(runs: readonly RunResult[]): number | undefined {
  return median(runs, ({ lost, expected }) => lost / expected);
}

function peak(runs: readonly RunResult[]): number | undefined {
  const peaks = runs.map(({ server }) => server?.peakMemoryBytes ?? null);
  return spread(peaks)?.max;
}

/** Whether no two clients ever saw two orders. */
function ordered(runs: readonly RunResult[]): boolean {
  return runs.every(({ violations }) =>
    violations.every(({ verdict }) => verdict !== "one order")
  );
}
