/** What a soak must not show: growth. */
import { bytes, plural } from "../../lib/stresstest/report/format.ts";
import type { SoakResult } from "./result.ts";
import { type Trend, trend } from "./trend.ts";

/**
 * Bytes that memory may grow by, however long the soak: engines take and give back
 * that much when they please.
 */
const MEMORY = 32 * 1024 ** 2;

/** Descriptors may grow by so many: of clients that are just leaving. */
const DESCRIPTORS = 3;

/** How long a server warms up, in seconds, but no more than half of the time. */
const WARM_UP = 180;

/** Lays the trends, and adds to the failures what grows. */
export function judge(result: SoakResult): void {
  const { seconds, failures, samples, rounds } = result;
  const warmUp = Math.min(WARM_UP, seconds / 2);
  const told = (
    what: string,
    trend: Trend | undefined,
    format: (value: number) => string,
  ) => {
    if (!trend?.grows) return;
    failures.push(
      `${what} grew from ${format(trend.start)} to ${
        format(trend.end)
      }, by more than ${format(trend.bound)}`,
    );
  };
  const memory = trend(
    samples.map(({ seconds, residentBytes }) => [seconds, residentBytes]),
    warmUp,
    MEMORY,
  );
  told("memory", memory, bytes);
  const descriptors = trend(
    rounds.map(({ seconds, descriptors }) => [seconds, descriptors]),
    warmUp,
    DESCRIPTORS,
  );
  told("what is open", descriptors, (n) => plural(Math.round(n), "descriptor"));
  result.memory = memory ?? null;
  result.descriptors = descriptors ?? null;
}
