import { assert, assertEquals } from "@std/assert";
import { LatencyHistogram } from "../../../lib/stresstest/checks/latency_histogram.ts";
import { test } from "../../support/test.ts";

test("LatencyHistogram.summary() finds percentiles to three digits", () => {
  const histogram = new LatencyHistogram();
  for (let value = 1; value <= 10_000; value++) histogram.record(value);
  const latency = histogram.summary()!;
  const near = (value: number, expected: number) =>
    assert(Math.abs(value / expected - 1) <= 0.001, `${value}, ${expected}`);
  near(latency.p50Microseconds, 5000);
  near(latency.p90Microseconds, 9000);
  near(latency.p99Microseconds, 9900);
  near(latency.p999Microseconds, 9990);
  near(latency.maxMicroseconds, 10_000);
});

test("LatencyHistogram.summary() has percentiles that rise and are dense towards 100", () => {
  const histogram = new LatencyHistogram();
  for (let value = 1; value <= 1000; value++) histogram.record(value);
  const { percentiles } = histogram.summary()!;
  percentiles.reduce((before, point) => {
    assert(point[0] > before[0] && point[1] >= before[1]);
    return point;
  });
  assertEquals(percentiles[0]?.[0], 0);
  assertEquals(percentiles.at(-1), [100, 1000]);
  assert(percentiles.filter(([percentile]) => percentile > 99).length > 10);
});

test("LatencyHistogram.record() accepts any duration", () => {
  const histogram = new LatencyHistogram();
  for (const value of [-5, 0, 0.9, 3e6, 1e15]) histogram.record(value);
  const latency = histogram.summary()!;
  assertEquals(latency.p50Microseconds, 0);
  assert(latency.maxMicroseconds >= 3600e6);
});

test("LatencyHistogram.summary() of no durations is null", () => {
  assertEquals(new LatencyHistogram().summary(), null);
});
