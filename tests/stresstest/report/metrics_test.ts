import { assertEquals } from "@std/assert";
import { comparableRuns } from "../../../lib/stresstest/report/comparable_runs.ts";
import { renderJson } from "../../../lib/stresstest/report/json_report.ts";
import {
  compare,
  DELIVERIES,
  LOSS,
  METRICS,
  P50,
  SEND_DELAY,
  spreadOf,
} from "../../../lib/stresstest/report/metrics.ts";
import { spread } from "../../../lib/stresstest/report/spread.ts";
import { runResult } from "../run_result.ts";
import { fixture } from "./report_fixture.ts";
import { test } from "../../support/test.ts";

test("spread() is the median and the range, without missing values", () => {
  assertEquals(spread([3, null, 1, 2]), {
    runs: 3,
    median: 2,
    min: 1,
    max: 3,
  });
  assertEquals(spread([4, 1, 3, 2])?.median, 2.5);
  assertEquals(spread([null]), null);
});

test("METRICS have unique names, and values that are numbers or null", () => {
  const names = METRICS.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  const nothing = runResult({
    expected: 0,
    received: 0,
    deliveriesPerSecond: NaN,
    latency: null,
    server: null,
  });
  assertEquals(LOSS.of(nothing), 0 / 0 || null);
  for (const { of } of METRICS) {
    const value = of(nothing);
    assertEquals(value === null || Number.isFinite(value), true);
  }
  assertEquals(SEND_DELAY.of(runResult({ offeredRate: null })), null);
  assertEquals(SEND_DELAY.of(runResult({ sent: 0 })), null);
});

test("compare() calls a server better or worse only if that is hardly chance", () => {
  const runs = 3;
  const base = { runs, median: 10, min: 8, max: 12 };
  const low = { runs, median: 5, min: 4, max: 6 };
  const near = { runs, median: 9, min: 7, max: 11 };
  assertEquals(compare(P50, low, base), { ratio: 0.5, verdict: "better" });
  assertEquals(compare(DELIVERIES, low, base), {
    ratio: 0.5,
    verdict: "worse",
  });
  assertEquals(compare(P50, near, base)?.verdict, undefined);
  const zero = { runs, median: 0, min: 0, max: 0 };
  assertEquals(compare(LOSS, low, zero), { ratio: null, verdict: "worse" });
  assertEquals(compare(LOSS, zero, zero)?.verdict, undefined);
  assertEquals(compare(SEND_DELAY, low, base), null);
  assertEquals(compare(P50, null, base), null);
  // Too few runs, and a difference that the ratio does not show.
  const few = { ...low, runs: 2 };
  assertEquals(compare(P50, few, base)?.verdict, undefined);
  assertEquals(compare(P50, base, few)?.verdict, undefined);
  const [one, other] = [1000, 1004].map((at) => ({
    runs,
    median: at,
    min: at - 1,
    max: at + 1,
  }));
  assertEquals(compare(P50, one!, other!)?.verdict, undefined);
});

test("METRICS leave out what was too short to be measured", () => {
  const run = runResult();
  const server = { ...run.server!, cpuSeconds: 0, memory: [] };
  const names = METRICS.filter(({ of }) => of({ ...run, server }) === null)
    .map(({ name }) => name);
  assertEquals(names, ["server CPU", "memory growth"]);
});

test("renderJson() has all runs, and each metric of each server", () => {
  const report = fixture({ servers: 2, runs: 3 });
  const { metrics, metricsBasis, headline, notes, ...rest } = JSON.parse(
    renderJson(report),
  );
  assertEquals(metricsBasis, "Over all runs.");
  assertEquals([headline, notes], ["Passed: every verdict held", []]);
  assertEquals(rest, JSON.parse(JSON.stringify(report)));
  assertEquals(metrics.length, METRICS.length);
  const { name, unit, lowerIsBetter, servers } = metrics[4];
  assertEquals([name, unit, lowerIsBetter], ["deliveries/s", "1/s", false]);
  assertEquals(
    servers,
    report.servers.map(({ runs }) => spreadOf(DELIVERIES, runs)),
  );
});

test("renderJson() compares the runs that the other reports compare", () => {
  const report = fixture({ mode: "sweep", servers: 2, runs: 8 });
  const { metrics, metricsBasis } = JSON.parse(renderJson(report));
  const { runs, basis } = comparableRuns(report);
  assertEquals(runs.map(({ length }) => length), [1, 1]);
  assertEquals(metricsBasis, basis);
  assertEquals(
    metrics[4].servers,
    runs.map((each) => spreadOf(DELIVERIES, each)),
  );
});

test("METRICS have the growth of memory, which may be negative", () => {
  const growth = METRICS.find(({ name }) => name === "memory growth")!;
  const of = (...memory: [number, number][]) => {
    const run = runResult();
    return growth.of({ ...run, server: { ...run.server!, memory } });
  };
  assertEquals(of([0, 1000], [1, 3048], [2, 5096]), 2048);
  assertEquals(of([1, 5], [3, 1]), -2);
  assertEquals(of([1, 5]), null);
  assertEquals(of([0, 5], [0.5, 9], [0.9, 12]), null);
  assertEquals(of(), null);
  assertEquals([growth.format(2048), growth.format(-2)], ["2 KiB/s", "−2 B/s"]);
});
